package dev.halftone.data.file;

import dev.halftone.graph.MalformedDataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Compressed bytes brought to the heap once, never more than a quarter of it. */
public final class Inflated {
  private static final int CHUNK = 1 << 20;

  private Inflated() {}

  /** The file's bytes: mapped, or inflated when the name ends in {@code .gz}. */
  public static MemorySegment open(Path file) {
    if (!DataFiles.hasExtension(file, "gz")) return DataFiles.map(file);
    DataFiles.requireThere(file);
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = new GZIPInputStream(raw, 1 << 16)) {
      return MemorySegment.ofArray(readAll(in, file)).asReadOnly();
    } catch (EOFException | ZipException e) {
      throw new MalformedDataException(file, "not a whole gzip file: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads to the end, growing as bytes arrive, so that a lying size in a header costs nothing.
   *
   * @throws MalformedDataException if there is more than a quarter of the heap can hold
   */
  public static byte[] readAll(InputStream in, Object file) throws IOException {
    int limit = (int) Math.min(Integer.MAX_VALUE - 16, Runtime.getRuntime().maxMemory() / 4);
    byte[] bytes = new byte[CHUNK];
    int length = 0;
    while (true) {
      int read = in.readNBytes(bytes, length, bytes.length - length);
      length += read;
      if (length < bytes.length) return Arrays.copyOf(bytes, length);
      if (length >= limit) {
        throw new MalformedDataException(
            file,
            "inflates to more than %d bytes, a quarter of the heap: give it uncompressed"
                .formatted(limit));
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(limit, bytes.length * 2L));
    }
  }
}
