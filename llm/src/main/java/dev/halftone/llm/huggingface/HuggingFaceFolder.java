package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.source.CheckpointSource;
import dev.halftone.llm.source.RowSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A model's folder: config.json, safetensors files, tokenizer. Or one safetensors file, and the
 * rest beside it.
 *
 * @param paths of the files that were read, those of the tensors first
 */
public record HuggingFaceFolder(
    SequencedMap<String, MetadataValue> metadata,
    List<RowSource> tensors,
    List<Path> paths,
    List<String> warnings)
    implements CheckpointSource {
  public HuggingFaceFolder {
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = List.copyOf(tensors);
    paths = List.copyOf(paths);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads all but the tensors' values, which stay in their files. A folder without a tokenizer that
   * is known gives a model without a vocabulary, and a warning.
   *
   * @throws MalformedModelException if a file is missing or not sound, or tensors are not those
   *     that the config tells of: names the file and the key or tensor
   * @throws UnsupportedModelException if the architecture, a tensor, or the tokenizer is not
   *     understood
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static HuggingFaceFolder read(Path model) {
    ModelPlace place = new ModelPlace(model);
    Path folder = place.folder();
    FolderTensors stored = FolderTensors.read(place);
    Architecture architecture = stored.architecture();
    Dimensions size = stored.size();
    JsonFile config = stored.config();
    List<RowSource> tensors = stored.rows();
    Rope rope = Rope.of(architecture, size, config);
    tensors.addAll(rope.tensors());
    Keys keys = new Keys();
    keys.add("general.architecture", architecture.key());
    keys.add("general.type", "model");
    keys.add("general.name", name(folder));
    keys.add(
        "general.size_label", SizeLabel.of(tensors, size.experts().map(Experts::count).orElse(0)));
    ModelKeys.add(architecture, size, rope, config, keys);
    Tokenizer tokenizer = Tokenizer.read(folder, architecture, size, config);
    tokenizer.add(keys);
    List<Path> paths = new ArrayList<>(stored.paths());
    paths.addAll(tokenizer.paths());
    List<String> warnings = new ArrayList<>(tokenizer.warnings());
    stored
        .weights()
        .layout()
        .ifPresent(
            layout ->
                warnings.add(
                    "the weights are quantized already (%s): it is better to start from the original"
                        .formatted(layout)));
    return new HuggingFaceFolder(keys.all(), tensors, paths, warnings);
  }

  private static String name(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  @Override
  public List<Integer> tensorsOfParts() {
    return List.of(tensors.size());
  }
}
