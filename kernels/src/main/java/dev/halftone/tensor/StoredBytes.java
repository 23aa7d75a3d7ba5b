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
   * The whole file. It is closed when nothing refers to it any more.
   *
   * @throws UncheckedIOException if it does not exist, is not a regular file, or cannot be read
   */
  public static StoredBytes ofFile(Path path) {
    try {
      FileChannel channel = MappedFile.open(path);
      return new StoredBytes(MappedFile.map(channel), new File(path, channel), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
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
   * Bytes {@code [from, from + count)} in memory, read-only, until the thread's next call.
   *
   * @throws IndexOutOfBoundsException if there are not so many
   * @throws UncheckedIOException if the file cannot be read or has become shorter
   */
  public MemorySegment read(long from, int count) {
    Objects.checkFromIndexSize(from, (long) count, size());
    File source = file;
    if (source == null || count < LEAST || count > MOST) return view.asSlice(from, count);
    Piece piece = PIECES.get();
    try {
      fill(piece.buffer.clear().limit(count), source, position + from);
    } catch (ClosedChannelException e) {
      return view.asSlice(from, count); // Some thread was interrupted while it read.
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
   * Copies bytes {@code [from, from + count)} to {@code out[at, at + count)}.
   *
   * @throws IndexOutOfBoundsException if there are not so many, or {@code out} is too short
   * @throws UncheckedIOException if the file cannot be read or has become shorter
   */
  public void copy(long from, int count, byte[] out, int at) {
    Objects.checkFromIndexSize(from, (long) count, size());
    Objects.checkFromIndexSize(at, count, out.length);
    MemorySegment target = MemorySegment.ofArray(out);
    for (int done = 0; done < count; done += MOST) {
      int bytes = Math.min(MOST, count - done);
      MemorySegment.copy(read(from + done, bytes), 0, target, (long) at + done, bytes);
    }
  }
}
