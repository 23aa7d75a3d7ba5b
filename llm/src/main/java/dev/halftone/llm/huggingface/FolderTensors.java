package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.packed.PackedWeights;
import dev.halftone.llm.packed.StackedFloats;
import dev.halftone.llm.packed.StoredFloats;
import dev.halftone.llm.source.RowSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tensors of a folder and what its config tells of them.
 *
 * @param model the files
 * @param weights their tensors, under the names of a model that is not quantized
 * @param slots all that the architecture has, in the order of GGUF files
 */
record FolderTensors(
    JsonFile config,
    Architecture architecture,
    Dimensions size,
    SafetensorsModel model,
    PackedWeights weights,
    List<Slot> slots) {
  /**
   * Reads all but the values.
   *
   * @param place a folder, or a file with its config beside it
   * @throws MalformedModelException if a file is missing or not sound
   * @throws UnsupportedModelException if the architecture or a tensor is not understood
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  static FolderTensors read(ModelPlace place) {
    JsonFile config = place.config();
    Architecture architecture = Architecture.of(config);
    Dimensions size = Dimensions.of(architecture, config);
    SafetensorsModel model = SafetensorsModel.read(place.model());
    if (size.layers() > model.tensors().size())
      throw config.malformed(
          "num_hidden_layers",
          "%d, the folder has %d tensors".formatted(size.layers(), model.tensors().size()));
    int experts = size.experts().map(Experts::count).orElse(1);
    if ((long) size.layers() * experts > model.tensors().size())
      throw config.malformed(
          size.experts().map(Experts::key).orElse(""),
          "%d experts in each of %d layers, the folder has %d tensors"
              .formatted(experts, size.layers(), model.tensors().size()));
    PackedWeights weights = PackedWeights.of(model, config);
    boolean tied = config.flag("tie_word_embeddings", architecture.isGemma());
    List<Slot> slots = Slots.of(architecture, size, tied);
    refuseOthers(weights, slots, config, tied);
    return new FolderTensors(config, architecture, size, model, weights, slots);
  }

  private static void refuseOthers(
      PackedWeights weights, List<Slot> slots, JsonFile config, boolean tied) {
    Set<String> known = new HashSet<>();
    for (Slot slot : slots) known.addAll(slot.names());
    for (String name : weights.tensors().keySet())
      if (!known.contains(name) && !isComputed(name) && !(tied && name.equals("lm_head.weight")))
        throw new UnsupportedModelException(
            config.file(), "tensor \"%s\" is none of that architecture's".formatted(name));
  }

  /** Buffers that older versions wrote too, though they follow from the config. */
  private static boolean isComputed(String name) {
    return name.endsWith(".rotary_emb.inv_freq");
  }

  /**
   * All tensors as GGUF files have them.
   *
   * @throws MalformedModelException if one is missing, or has another shape than the config tells
   * @throws UnsupportedModelException if one has a type that weights do not come in
   */
  List<RowSource> rows() {
    List<RowSource> rows = new ArrayList<>();
    for (Slot slot : slots) rows(slot).ifPresent(rows::add);
    return rows;
  }

  /** All files that were read. */
  List<Path> paths() {
    List<Path> paths = new ArrayList<>(model.paths());
    paths.add(config.file());
    paths.addAll(weights.configs());
    return paths;
  }

  private Optional<RowSource> rows(Slot slot) {
    Path file = model.paths().getFirst();
    List<StoredFloats> parts = new ArrayList<>();
    for (String name : slot.names()) {
      Optional<StoredFloats> found = tensor(file, slot, name);
      if (found.isEmpty()) return Optional.empty();
      if (!parts.isEmpty() && found.get().dtype() != parts.getFirst().dtype())
        throw new UnsupportedModelException(
            file,
            "tensor \"%s\" is %s, expected %s as that of the first expert"
                .formatted(name, found.get().dtype(), parts.getFirst().dtype()));
      parts.add(found.get());
    }
    StoredFloats all = slot.experts() == 0 ? parts.getFirst() : new StackedFloats(parts);
    return Optional.of(new StoredRows(file, slot, all));
  }

  private Optional<StoredFloats> tensor(Path file, Slot slot, String name) {
    StoredFloats tensor = weights.tensors().get(name);
    if (tensor == null) {
      if (slot.required())
        throw new MalformedModelException(file, "tensor \"%s\" is missing".formatted(name));
      return Optional.empty();
    }
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    if (!shape.equals(slot.shape()))
      throw new MalformedModelException(
          file,
          "tensor \"%s\" is %s, expected %s as the config tells"
              .formatted(name, shape, slot.shape()));
    return Optional.of(tensor);
  }
}
