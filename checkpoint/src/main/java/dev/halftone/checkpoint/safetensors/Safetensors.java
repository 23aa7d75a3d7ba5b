package dev.halftone.checkpoint.safetensors;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.StoredBytes;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a safetensors file holds.
 *
 * @param metadata of the file, text by key; empty where it has none
 * @param tensors by name, in the order of their bytes; views of the file, read when they are used
 */
public record Safetensors(
    Path path, Map<String, String> metadata, SequencedMap<String, Tensor> tensors) {
  public Safetensors {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Reads the header; the tensors stay in the file, which stays open as long as one of them is
   * reachable.
   *
   * @throws MalformedModelException if the file breaks the format's rules: names the file and the
   *     byte
   * @throws dev.halftone.graph.UnsupportedModelException if a tensor has a type that Halftone does
   *     not know
   * @throws java.io.UncheckedIOException if the file is missing or cannot be read
   */
  public static Safetensors read(Path path) {
    StoredBytes file = StoredBytes.ofFile(path);
    try {
      return of(path, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static Safetensors of(Path path, StoredBytes file) {
    Header header = Header.read(path, file.view());
    StoredBytes buffer = file.slice(header.end(), file.size() - header.end());
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : inOrder(path, header, buffer.size()))
      tensors.put(entry.name(), entry.tensor(buffer));
    return new Safetensors(path, header.metadata(), tensors);
  }

  /** The entries by offset, after it was seen that they cover the buffer without holes. */
  private static List<Entry> inOrder(Path path, Header header, long bytes) {
    List<Entry> entries = header.entries().stream().sorted(Entry.BY_OFFSET).toList();
    long expected = 0;
    for (Entry entry : entries) {
      if (entry.begin() != expected)
        throw entry.malformed(
            path, "starts at offset %d, expected %d".formatted(entry.begin(), expected));
      if (entry.end() > bytes)
        throw entry.malformed(
            path, "ends at offset %d, the file has %d bytes".formatted(entry.end(), bytes));
      expected = entry.end();
    }
    if (expected != bytes) {
      throw new MalformedModelException(
          path,
          "byte " + (header.end() + expected),
          "%d bytes that belong to no tensor".formatted(bytes - expected));
    }
    return entries;
  }
}
