package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * A folder's tensors, and which of them are matrices that a layer multiplies by: the weights of its
 * linear modules. Embeddings, norms, biases and the output matrix are none.
 *
 * @param config the folder's config.json
 * @param names of the matrices' tensors, which all end in {@code .weight}, layer by layer
 * @param routers names of the matrices that choose experts, which end so too and are too small and
 *     too delicate to gain by codes
 */
public record LayerMatrices(
    JsonFile config,
    SafetensorsModel model,
    SequencedSet<String> names,
    SequencedSet<String> routers) {
  /**
   * Reads all but the values.
   *
   * @throws dev.halftone.graph.MalformedModelException if a file is missing or not sound, or
   *     tensors are not those that the config tells of: names the file and the key or tensor
   * @throws dev.halftone.graph.UnsupportedModelException if the architecture or a tensor is not
   *     understood, or weights are quantized already
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static LayerMatrices read(ModelPlace place) {
    FolderTensors stored = FolderTensors.read(place);
    if (stored.weights().layout().isPresent())
      throw new UnsupportedModelException(
          stored.config().file(),
          "the weights are quantized already (%s)".formatted(stored.weights().layout().get()));
    var unused = stored.rows(); // Shapes and types are seen to be right.
    SequencedSet<String> names = new LinkedHashSet<>();
    SequencedSet<String> routers = new LinkedHashSet<>();
    for (Slot slot : stored.slots()) {
      if (slot.isLayerMatrix()) names.addAll(slot.names());
      if (slot.isRouter()) routers.add(slot.name());
    }
    return new LayerMatrices(stored.config(), stored.model(), names, routers);
  }
}
