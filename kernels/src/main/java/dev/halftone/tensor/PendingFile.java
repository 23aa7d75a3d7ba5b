package dev.halftone.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file on its way: written under a name of its own beside the final one and moved there when it
 * is whole. Until then nothing is to be seen under the final name, and nothing stays when writing
 * fails or the process is told to end.
 */
public final class PendingFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  /** Files to delete if the process ends; guarded by itself. */
  private static final Set<Path> UNFINISHED = new HashSet<>();

  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(PendingFile::abandonAll, "unfinished files"));
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;

  private PendingFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Starts a file that will be {@code target}.
   *
   * @throws NoSuchFileException if its folder does not exist
   * @throws AccessDeniedException if its folder cannot be written to
   */
  public static PendingFile of(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    Path name = absolute.getFileName();
    if (folder == null || name == null || Files.isDirectory(absolute)) {
      throw new FileSystemException(target.toString(), null, "is a folder");
    }
    if (!Files.exists(folder)) throw new NoSuchFileException(folder.toString());
    String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path temporary = folder.resolve(".%s.%s.tmp".formatted(name, random));
    synchronized (UNFINISHED) {
      if (ending) throw new FileSystemException(target.toString(), null, "the process is ending");
      UNFINISHED.add(temporary);
    }
    try {
      return new PendingFile(
          absolute,
          temporary,
          FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
    } catch (IOException e) {
      forget(temporary);
      throw e instanceof AccessDeniedException ? new AccessDeniedException(folder.toString()) : e;
    }
  }

  /** Appends the bytes, through a buffer outside the heap. */
  public void write(List<MemorySegment> segments) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    for (MemorySegment segment : segments) {
      long at = 0;
      while (at < segment.byteSize()) {
        int length = (int) Math.min(segment.byteSize() - at, buffer.remaining());
        MemorySegment.copy(segment, at, MemorySegment.ofBuffer(buffer), 0, length);
        buffer.position(buffer.position() + length);
        at += length;
        if (!buffer.hasRemaining()) drain(buffer);
      }
    }
    drain(buffer);
  }

  private void drain(ByteBuffer buffer) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) channel.write(buffer);
    buffer.clear();
  }

  /** Moves the file, now whole, to its final name, replacing what is there. */
  public void moveIntoPlace() throws IOException {
    channel.close();
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
    forget(temporary);
  }

  /** Deletes the file unless it was moved. */
  @Override
  public void close() throws IOException {
    channel.close();
    boolean unfinished;
    synchronized (UNFINISHED) {
      unfinished = UNFINISHED.contains(temporary);
    }
    if (unfinished) Files.deleteIfExists(temporary);
    forget(temporary);
  }

  /** {@code e} with a message for people: what was to be written, and what is in the way. */
  public static UncheckedIOException notWritten(Path file, IOException e) {
    String problem =
        switch (e) {
          case NoSuchFileException missing -> "no such folder: " + missing.getFile();
          case AccessDeniedException denied -> "not allowed in " + denied.getFile();
          case FileSystemException other when other.getReason() != null -> other.getReason();
          default -> String.valueOf(e.getMessage());
        };
    return new UncheckedIOException("cannot write %s: %s".formatted(file, problem), e);
  }

  private static void forget(Path temporary) {
    synchronized (UNFINISHED) {
      UNFINISHED.remove(temporary);
    }
  }

  private static void abandonAll() {
    synchronized (UNFINISHED) {
      ending = true;
      for (Path temporary : UNFINISHED) {
        try {
          Files.deleteIfExists(temporary);
        } catch (IOException e) {
          // The process ends; the hidden name tells what the file is.
        }
      }
    }
  }
}
