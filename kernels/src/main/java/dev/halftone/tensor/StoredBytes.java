package dev.halftone.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a file or of memory, which nobody changes. What is looked at here and there is read from
 * the {@link #view}, of a file a map. What is gone through once is {@link #read} piece by piece:
 * each page of a map has to be faulted in, which takes three times as long as having it copied.
 * Thread-safe.
 */
public final class StoredBytes {
  /** Bytes that are read at a time at most: they stay near. */
  private static final int MOST = 1 << 15;

  /** Fewer come from the map: asking the system takes longer. */
  private static final int LEAST = 1 << 9;

  private static final ThreadLocal<Piece> PIECES = ThreadLocal.withInitial(Piece::new);

  private final MemorySegment view;
  private final @Nullable File file;

  /** Where in the file the view starts. */
  private final long position;

  private record File(Path path, FileChannel channel) {}

  /** A thread's memory for what it reads. */
  private static final class Piece {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST);
    private final MemorySegment bytes = MemorySegment.ofBuffer(buffer);
  }

  private StoredBytes(MemorySegment view, @Nullable File file, long position) {
    this.view = view.asReadOnly();
    this.file = file;
    this.position = position;
  }

  /** Bytes of memory, which the caller will not change. */
  public static StoredBytes ofMemory(MemorySegment bytes) {
    return new StoredBytes(bytes, null, 0);
  }

  /**
   * The whole file. It is closed when nothing refers to it any more: some time after the last slice
   * of it is gone.
   *
   * @throws UncheckedIOException if it does not exist, is not a regular file, or cannot be read
   */
  public static StoredBytes ofFile(Path path) {
    try {
      FileChannel channel = MappedFile.open(path);
      try {
        return new StoredBytes(MappedFile.map(channel), new File(path, channel), 0);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Closes the file now, for all slices of it; what is read from then on comes from the map. For
   * who finds that the file is not what was expected.
   */
  public void close() {
    if (file == null) return;
    try {
      file.channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(file.path + ": " + e.getMessage(), e);
    }
  }

  /** All of them, read-only. */
  public MemorySegment view() {
    return view;
  }

  public long size() {
    return view.byteSize();
  }

  /**
   * A part of them.
   *
   * @throws IndexOutOfBoundsException if there are not so many
   */
  public StoredBytes slice(long from, long size) {
    return new StoredBytes(view.asSlice(from, size), file, position + from);
  }

  /**
   * Bytes {@code [from, from + count)} in memory, read-only. They stay until the thread reads or
   * copies again, from these bytes or others: the memory is the thread's. Read from the file are
   * 512 to 32,768 bytes; fewer, more, and all once a thread was interrupted while it read, are
   * those of the view.
   *
   * @throws IndexOutOfBoundsException if there are not so many
   * @throws UncheckedIOException if they are read from the file, and it cannot be read or has
   *     become shorter
   */
  public MemorySegment read(long from, int count) {
    Objects.checkFromIndexSize(from, (long) count, size());
    if (count < LEAST || count > MOST) return view.asSlice(from, count);
    return piece(from, count);
  }

  private MemorySegment piece(long from, int count) {
    File source = file;
    if (source == null || !source.channel.isOpen()) return view.asSlice(from, count);
    Piece piece = PIECES.get();
    try {
      fill(piece.buffer.clear().limit(count), source, position + from);
    } catch (ClosedChannelException e) {
      return view.asSlice(from, count); // A thread was interrupted while it read.
    } catch (IOException e) {
      throw new UncheckedIOException(source.path + ": " + e.getMessage(), e);
    }
    return piece.bytes.asSlice(0, count).asReadOnly();
  }

  private static void fill(ByteBuffer buffer, File source, long position) throws IOException {
    while (buffer.hasRemaining()) {
      long at = position + buffer.position();
      if (source.channel.read(buffer, at) < 0)
        throw new IOException("ends at byte %d, was longer when it was opened".formatted(at));
    }
  }

  /**
   * Copies bytes {@code [from, from + count)} to {@code out[at, at + count)}. From 512 on they are
   * read from the file, as {@link #read} does.
   *
   * @throws IndexOutOfBoundsException if there are not so many, or {@code out} is too short
   * @throws UncheckedIOException if they are read from the file, and it cannot be read or has
   *     become shorter
   */
  public void copy(long from, int count, byte[] out, int at) {
    Objects.checkFromIndexSize(from, (long) count, size());
    Objects.checkFromIndexSize(at, count, out.length);
    MemorySegment target = MemorySegment.ofArray(out);
    if (count < LEAST) {
      MemorySegment.copy(view, from, target, at, count);
      return;
    }
    for (long done = 0; done < count; done += MOST) {
      int bytes = (int) Math.min(MOST, count - done);
      MemorySegment.copy(piece(from + done, bytes), 0, target, at + done, bytes);
    }
  }
}
