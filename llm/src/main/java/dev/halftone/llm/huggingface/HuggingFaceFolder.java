package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.source.CheckpointSource;
import dev.halftone.llm.source.RowSource;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model's folder: config.json, safetensors files, tokenizer.
 *
 * @param paths of the files that were read, those of the tensors first
 */
public record HuggingFaceFolder(
    SequencedMap<String, MetadataValue> metadata,
    List<RowSource> tensors,
    List<Path> paths,
    List<String> warnings)
    implements CheckpointSource {
  private static final String CONFIG = "config.json";

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
  public static HuggingFaceFolder read(Path folder) {
    Path file = folder.resolve(CONFIG);
    if (!Files.exists(file))
      throw new MalformedModelException(folder, "a folder without " + CONFIG);
    JsonFile config = JsonFile.read(file);
    Architecture architecture = Architecture.of(config);
    if (config.find("quantization_config").isPresent())
      throw new UnsupportedModelException(file, "the weights are quantized already");
    Dimensions size = Dimensions.of(architecture, config);
    SafetensorsModel model = SafetensorsModel.read(folder);
    if (size.layers() > model.tensors().size())
      throw config.malformed(
          "num_hidden_layers",
          "%d, the folder has %d tensors".formatted(size.layers(), model.tensors().size()));
    boolean tied = config.flag("tie_word_embeddings", architecture.isGemma());
    List<RowSource> tensors = tensors(model, Slots.of(architecture, size, tied), config, tied);
    Rope rope = Rope.of(architecture, size, config);
    tensors.addAll(rope.tensors());
    Keys keys = new Keys();
    keys.add("general.architecture", architecture.key());
    keys.add("general.type", "model");
    keys.add("general.name", name(folder));
    keys.add("general.size_label", SizeLabel.of(tensors));
    ModelKeys.add(architecture, size, rope, config, keys);
    Tokenizer tokenizer = Tokenizer.read(folder, architecture, size, config);
    tokenizer.add(keys);
    List<Path> paths = new ArrayList<>(model.paths());
    paths.add(file);
    paths.addAll(tokenizer.paths());
    return new HuggingFaceFolder(keys.all(), tensors, paths, tokenizer.warnings());
  }

  private static String name(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  @Override
  public List<Integer> tensorsOfParts() {
    return List.of(tensors.size());
  }

  private static List<RowSource> tensors(
      SafetensorsModel model, List<Slot> slots, JsonFile config, boolean tied) {
    Map<String, Slot> known = new HashMap<>();
    for (Slot slot : slots) known.put(slot.name(), slot);
    for (String name : model.tensors().keySet())
      if (!known.containsKey(name) && !isComputed(name) && !(tied && name.equals("lm_head.weight")))
        throw new UnsupportedModelException(
            config.file(), "tensor \"%s\" is none of that architecture's".formatted(name));
    List<RowSource> tensors = new ArrayList<>();
    for (Slot slot : slots) rows(model, slot).ifPresent(tensors::add);
    return tensors;
  }

  /** Buffers that older versions wrote too, though they follow from the config. */
  private static boolean isComputed(String name) {
    return name.endsWith(".rotary_emb.inv_freq");
  }

  private static Optional<RowSource> rows(SafetensorsModel model, Slot slot) {
    Path file = model.paths().getFirst();
    Tensor tensor = model.tensors().get(slot.name());
    if (tensor == null) {
      if (slot.required())
        throw new MalformedModelException(file, "tensor \"%s\" is missing".formatted(slot.name()));
      return Optional.empty();
    }
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    if (!shape.equals(slot.shape()))
      throw new MalformedModelException(
          file,
          "tensor \"%s\" is %s, expected %s as the config tells"
              .formatted(slot.name(), shape, slot.shape()));
    return Optional.of(new StoredRows(file, slot, tensor));
  }
}
