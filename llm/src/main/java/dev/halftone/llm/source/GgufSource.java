package dev.halftone.llm.source;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.MetadataValue;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/** A GGUF file, or all files of a split model. */
public record GgufSource(Gguf gguf) implements CheckpointSource {
  @Override
  public SequencedMap<String, MetadataValue> metadata() {
    return gguf.metadata();
  }

  @Override
  public List<RowSource> tensors() {
    return gguf.tensors().values().stream().<RowSource>map(GgufRows::new).toList();
  }

  @Override
  public List<Path> paths() {
    return gguf.paths();
  }

  @Override
  public List<Integer> tensorsOfParts() {
    return gguf.tensorsOfParts();
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }
}
