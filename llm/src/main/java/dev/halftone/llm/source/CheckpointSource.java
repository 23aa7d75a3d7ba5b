package dev.halftone.llm.source;

import dev.halftone.checkpoint.gguf.MetadataValue;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/** A checkpoint as a GGUF file would have it, whatever files hold it. */
public interface CheckpointSource {
  /** Of the whole model, in order. */
  SequencedMap<String, MetadataValue> metadata();

  /** Each name once, in order. */
  List<RowSource> tensors();

  /** All files that it is read from; the first stands for the model where one has to. */
  List<Path> paths();

  /** How many of the tensors are in each part, for a result in as many parts. */
  List<Integer> tensorsOfParts();

  /** What the user should know about how it was understood. */
  List<String> warnings();
}
