package dev.halftone.checkpoint.gguf;

import dev.halftone.graph.MalformedModelException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What a GGUF file holds, or all files of a split model.
 *
 * @param paths of the files, in order
 * @param metadata in the order of the file; of a split model that of the first file, without the
 *     keys {@code split.*}
 * @param tensors by name, in the order of the headers; views of the files, read when they are used
 * @param tensorsOfParts how many of the tensors are in each file
 */
public record Gguf(
    List<Path> paths,
    SequencedMap<String, MetadataValue> metadata,
    SequencedMap<String, GgufTensor> tensors,
    List<Integer> tensorsOfParts) {
  public Gguf {
    paths = List.copyOf(paths);
    tensorsOfParts = List.copyOf(tensorsOfParts);
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Reads the header; the tensors stay in the file. A file that says that it is part of a split
   * model brings the other parts from beside it. Takes memory for names, keys and places, never for
   * what a header only claims.
   *
   * @throws MalformedModelException if a file breaks the format's rules: names the file and the
   *     byte
   * @throws dev.halftone.graph.UnsupportedModelException if a file has another version, or a tensor
   *     a type that Halftone does not know, or knows only in little-endian files
   * @throws java.io.UncheckedIOException if a file is missing or cannot be read
   */
  public static Gguf read(Path path) {
    Part part = Part.read(path);
    if (!Split.isOneOfMany(part)) return of(List.of(part), part.metadata());
    List<Part> parts = Split.all(part);
    return of(parts, Split.metadata(parts.getFirst()));
  }

  private static Gguf of(List<Part> parts, SequencedMap<String, MetadataValue> metadata) {
    SequencedMap<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (Part part : parts) {
      for (GgufTensor tensor : part.tensors())
        if (tensors.put(tensor.name(), tensor) != null)
          throw new MalformedModelException(
              part.path(), "tensor \"%s\" is in an earlier part too".formatted(tensor.name()));
    }
    return new Gguf(
        parts.stream().map(Part::path).toList(),
        metadata,
        tensors,
        parts.stream().map(part -> part.tensors().size()).toList());
  }

  /** What the offsets of tensors are multiples of. */
  public long alignment() {
    return Alignment.of(metadata);
  }
}
