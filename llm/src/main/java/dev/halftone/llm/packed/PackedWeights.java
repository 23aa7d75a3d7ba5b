package dev.halftone.llm.packed;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A folder's tensors under the names that they have in a model that is not quantized.
 *
 * @param tensors by name; values are read when they are used
 * @param layout how the quantized ones are stored, for people; empty if none is
 */
public record PackedWeights(
    SequencedMap<String, StoredFloats> tensors, Optional<String> layout, List<Path> configs) {
  /** What tells how weights are quantized. */
  public static final String KEY = "quantization_config";

  private static final List<DType> CODES = List.of(DType.INT8, DType.FLOAT8E4M3FN);

  /** Of activations, which have no meaning for weights. */
  private static final List<String> OTHERS =
      List.of(
          ".input_scale",
          ".input_zero_point",
          ".input_global_scale",
          ".output_scale",
          ".output_zero_point");

  public PackedWeights {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    configs = List.copyOf(configs);
  }

  /**
   * Finds the quantized matrices, going by {@value #KEY} in the metadata of the files, in
   * config.json, or by quantize_config.json beside it.
   *
   * @param config the folder's config.json
   * @throws UnsupportedModelException if the weights are quantized in a way that is not read
   * @throws dev.halftone.graph.MalformedModelException if a config is not sound, or tensors of a
   *     module do not agree: names the file and the tensor
   */
  public static PackedWeights of(SafetensorsModel model, JsonFile config) {
    Optional<JsonFile> own =
        Optional.ofNullable(model.metadata().get(KEY))
            .map(text -> JsonFile.of(model.paths().getFirst(), "__metadata__." + KEY, text))
            .or(() -> config.object(KEY));
    Optional<JsonFile> beside =
        own.isPresent()
            ? Optional.empty()
            : JsonFile.readIfThere(config.file().resolveSibling("quantize_config.json"));
    Optional<PackedLayout> layout =
        own.map(PackedLayout::of).or(() -> beside.map(PackedLayout::ofOlder));
    SequencedMap<String, StoredFloats> tensors = new LinkedHashMap<>();
    if (layout.isEmpty())
      model.tensors().forEach((name, tensor) -> tensors.put(name, new PlainFloats(tensor)));
    else new Collector(model, layout.get(), tensors).collect();
    return new PackedWeights(
        tensors,
        layout.map(PackedLayout::toString),
        beside.map(file -> List.of(file.file())).orElse(List.of()));
  }

  /**
   * As {@link #of}, where something is quantized.
   *
   * @throws UnsupportedModelException if nothing is
   */
  public static PackedWeights quantized(SafetensorsModel model, JsonFile config) {
    PackedWeights weights = of(model, config);
    if (weights.layout().isEmpty())
      throw new UnsupportedModelException(config.file(), "nothing in it is quantized");
    return weights;
  }

  private record Collector(
      SafetensorsModel model, PackedLayout layout, SequencedMap<String, StoredFloats> tensors) {
    void collect() {
      String start =
          switch (layout) {
            case PackedLayout.CompressedTensors ignored -> "weight_packed";
            case PackedLayout.Gptq ignored -> "qweight";
            case PackedLayout.Awq ignored -> "qweight";
          };
      for (Map.Entry<String, Tensor> entry : model.tensors().entrySet()) {
        String name = entry.getKey();
        int dot = name.lastIndexOf('.');
        String module = name.substring(0, Math.max(dot, 0));
        String last = name.substring(dot + 1);
        boolean packed = last.equals(start) || (last.equals("weight") && isCodes(entry.getValue()));
        if (packed) tensors.put(module + ".weight", matrix(module));
        else if (!belongsToMatrix(module, last, name))
          tensors.put(name, new PlainFloats(entry.getValue()));
      }
    }

    private boolean isCodes(Tensor tensor) {
      return layout instanceof PackedLayout.CompressedTensors && CODES.contains(tensor.dtype());
    }

    private StoredFloats matrix(String module) {
      ModuleTensors found = new ModuleTensors(model.paths().getFirst(), module, model.tensors());
      return switch (layout) {
        case PackedLayout.Gptq gptq -> GptqMatrix.of(found, gptq);
        case PackedLayout.Awq awq -> AwqMatrix.of(found, awq);
        case PackedLayout.CompressedTensors compressed -> CompressedMatrix.of(found, compressed);
      };
    }

    /** Whether a tensor is a part of a quantized matrix, or a bias of zeros that GPTQ adds. */
    private boolean belongsToMatrix(String module, String last, String name) {
      if (OTHERS.stream().anyMatch(name::endsWith)) return true;
      boolean quantized =
          model.tensors().containsKey(module + ".qweight")
              || model.tensors().containsKey(module + ".weight_scale");
      if (!quantized) return false;
      return switch (last) {
        case "qzeros", "scales", "g_idx" -> true;
        case "weight_scale", "weight_zero_point", "weight_shape", "weight_g_idx" -> true;
        case "bias" -> layout instanceof PackedLayout.Gptq && isZero(name);
        default -> false;
      };
    }

    private boolean isZero(String name) {
      Tensor bias = Objects.requireNonNull(model.tensors().get(name));
      if (!bias.dtype().isFloat()) return false;
      for (float value : bias.toFloats()) if (value != 0) return false;
      return true;
    }
  }
}
