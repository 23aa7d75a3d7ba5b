package dev.halftone.toolkit.packed;

import dev.halftone.recipe.Granularity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code quantization_config} of config.json, as class QuantizationConfig of compressed-tensors has
 * it.
 */
final class QuantizationConfig {
  static final String KEY = "quantization_config";

  private QuantizationConfig() {}

  /**
   * @param ignored modules that stay as they are, besides the output matrix
   */
  static Map<String, ?> of(PackedScheme scheme, List<String> ignored) {
    SequencedMap<String, @Nullable Object> group = new LinkedHashMap<>();
    group.put("targets", List.of("Linear"));
    group.put("weights", weights(scheme));
    group.put("input_activations", null);
    group.put("output_activations", null);
    List<String> ignore = new ArrayList<>(ignored);
    ignore.add("lm_head");
    SequencedMap<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("config_groups", Map.of("group_0", group));
    config.put("format", scheme.element().isInteger() ? "pack-quantized" : "float-quantized");
    config.put("global_compression_ratio", null);
    config.put("ignore", ignore);
    config.put("kv_cache_scheme", null);
    config.put("quant_method", "compressed-tensors");
    config.put("quantization_status", "compressed");
    return config;
  }

  private static SequencedMap<String, @Nullable Object> weights(PackedScheme scheme) {
    SequencedMap<String, @Nullable Object> weights = new LinkedHashMap<>();
    weights.put("actorder", null);
    weights.put("block_structure", null);
    weights.put("dynamic", false);
    weights.put("group_size", group(scheme.granularity()));
    weights.put("num_bits", scheme.element().bits());
    weights.put("observer", "minmax");
    weights.put("observer_kwargs", Map.of());
    weights.put("strategy", strategy(scheme.granularity()));
    weights.put("symmetric", scheme.symmetric());
    weights.put("type", scheme.element().isInteger() ? "int" : "float");
    return weights;
  }

  private static @Nullable Integer group(Granularity granularity) {
    return granularity instanceof Granularity.PerBlock(int size) ? (Integer) size : null;
  }

  private static String strategy(Granularity granularity) {
    return switch (granularity) {
      case Granularity.PerBlock(int ignored) -> "group";
      case Granularity.PerTensor() -> "tensor";
      case Granularity.PerChannel() -> "channel";
      case Granularity.PerTile tile -> throw new IllegalArgumentException(tile.text());
    };
  }
}
