package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.Layout;
import dev.halftone.checkpoint.gguf.MetadataValue;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** A GGUF file to write: its metadata and tensors, in order. */
public record FileJob(
    Path file, SequencedMap<String, MetadataValue> metadata, List<TensorJob> tensors) {
  public FileJob {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = List.copyOf(tensors);
  }

  /**
   * What the file will look like: its size too.
   *
   * @throws IllegalArgumentException if a name comes twice, or the alignment is no power of two
   */
  public Layout layout() {
    return Layout.of(metadata, tensors.stream().map(TensorJob::info).toList());
  }
}
