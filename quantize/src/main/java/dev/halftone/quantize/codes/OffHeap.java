package dev.halftone.quantize.codes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory outside the heap for what a model becomes, each piece alive until nobody refers to it. The
 * Java virtual machine limits such memory to the size of its heap, so after the first pieces come
 * parts of a temporary file that is gone as soon as it is mapped: a model of any size passes
 * through a small heap. Thread-safe.
 */
public final class OffHeap {
  private static final long CHUNK = 256L << 20;
  private static final long ALIGNMENT = 64;

  private final long limit;
  private long taken;
  private MemorySegment chunk = MemorySegment.NULL;
  private long used;

  public OffHeap() {
    this(Math.min(CHUNK, Runtime.getRuntime().maxMemory() / 4));
  }

  /** Memory of which no more than {@code limit} bytes lie outside a file. */
  OffHeap(long limit) {
    this.limit = limit;
  }

  /**
   * New bytes, all zero.
   *
   * @throws UncheckedIOException if the temporary file cannot be made
   */
  public MemorySegment allocate(long bytes) {
    // Outside the lock, since filling it with zeros takes time.
    return reserve(bytes)
        ? Arena.ofAuto().allocate(Math.max(1, bytes), ALIGNMENT).asSlice(0, bytes)
        : fromFile(bytes);
  }

  private synchronized boolean reserve(long bytes) {
    if (taken + bytes > limit) return false;
    taken += bytes;
    return true;
  }

  private synchronized MemorySegment fromFile(long bytes) {
    if (chunk.byteSize() - used < bytes) {
      chunk = map(Math.max(CHUNK, bytes));
      used = 0;
    }
    MemorySegment piece = chunk.asSlice(used, bytes);
    used = Math.min(chunk.byteSize(), (used + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    return piece;
  }

  private static MemorySegment map(long bytes) {
    try {
      Path file = Files.createTempFile("halftone-", ".tmp");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "temporary file for %d bytes: %s".formatted(bytes, e.getMessage()), e);
    }
  }
}
