package dev.halftone.llm.stream;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file that is written in place, in any order, under a hidden name beside the final one, which is
 * always the same so that a later process finds it. Thread-safe.
 */
public final class UnfinishedFile implements AutoCloseable {
  private final Path target;
  private final Path hidden;
  private final FileChannel channel;

  private UnfinishedFile(Path target, Path hidden, FileChannel channel) {
    this.target = target;
    this.hidden = hidden;
    this.channel = channel;
  }

  /** Where {@code target} lies as long as it is not whole. */
  public static Path beside(Path target) {
    return hidden(target, "unfinished");
  }

  /** A hidden name beside {@code target}, always the same. */
  static Path hidden(Path target, String ending) {
    return target.resolveSibling(".%s.%s".formatted(target.getFileName(), ending));
  }

  /**
   * Opens what is there, or zeros, of {@code size} bytes, for which there has to be room.
   *
   * @param anew whether what is there is of other work
   */
  static UnfinishedFile open(Path target, long size, boolean anew) throws IOException {
    Path hidden = beside(target);
    FileChannel channel =
        FileChannel.open(
            hidden, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (anew || channel.size() != size) {
        channel.truncate(0);
        requireSpace(target, hidden, size);
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
      return new UnfinishedFile(target, hidden, channel);
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(hidden);
      throw e;
    }
  }

  /**
   * Finds out now, and not after hours, that a disk has no room.
   *
   * @param target what the message names
   * @param place on the disk
   */
  public static void requireSpace(Path target, Path place, long size) throws IOException {
    long free = Files.getFileStore(place).getUsableSpace();
    if (free < size)
      throw new FileSystemException(
          target.toString(), null, "it takes %,d bytes, and %,d are free".formatted(size, free));
  }

  /** Writes all of {@code bytes} at {@code position}. */
  void write(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) at += channel.write(bytes, at);
  }

  void write(List<MemorySegment> pieces) throws IOException {
    long at = 0;
    for (MemorySegment piece : pieces) {
      write(piece.asByteBuffer(), at);
      at += piece.byteSize();
    }
  }

  /** Fills {@code bytes} from {@code position} on. */
  void read(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, at);
      if (read < 0) throw new EOFException(hidden.toString());
      at += read;
    }
  }

  Path hidden() {
    return hidden;
  }

  /** Moves the file, now whole, to its final name, replacing what is there. */
  void moveIntoPlace() throws IOException {
    channel.close();
    try {
      Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(hidden, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  void delete() throws IOException {
    channel.close();
    Files.deleteIfExists(hidden);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
