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
  private QuantizationConfig() {}

  /**
   * @param ignored modules that stay as they are, besides the output matrix
   */
  static Map<String, ?> of(PackedScheme scheme, List<String> ignored) {
    SequencedMap<String, @Nullable Object> group = new LinkedHashMap<>();
    group.put("targets", List.of("Linear"));
    group.put("weights", weights(scheme));
    group.put("input_activations", scheme.dynamic() ? activations(scheme) : null);
    group.put("output_activations", null);
    List<String> ignore = new ArrayList<>(ignored);
    ignore.add("lm_head");
    SequencedMap<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("config_groups", Map.of("group_0", group));
    config.put("format", scheme.storedAs());
    config.put("global_compression_ratio", null);
    config.put("ignore", ignore);
    config.put("kv_cache_scheme", null);
    config.put("quant_method", "compressed-tensors");
    config.put("quantization_status", "compressed");
    return config;
  }

  private static SequencedMap<String, @Nullable Object> weights(PackedScheme scheme) {
    return arguments(
        scheme, false, group(scheme.granularity()), strategy(scheme.granularity()), "minmax");
  }

  /** Ranges of each token, found when the model runs. */
  private static SequencedMap<String, @Nullable Object> activations(PackedScheme scheme) {
    return arguments(scheme, true, null, "token", null);
  }

  /** The fields of class QuantizationArgs. */
  private static SequencedMap<String, @Nullable Object> arguments(
      PackedScheme scheme,
      boolean dynamic,
      @Nullable Integer group,
      String strategy,
      @Nullable String observer) {
    SequencedMap<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("actorder", null);
    fields.put("block_structure", null);
    fields.put("dynamic", dynamic);
    fields.put("group_size", group);
    fields.put("num_bits", scheme.element().bits());
    fields.put("observer", observer);
    fields.put("observer_kwargs", Map.of());
    fields.put("strategy", strategy);
    fields.put("symmetric", scheme.symmetric());
    fields.put("type", scheme.element().isInteger() ? "int" : "float");
    return fields;
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
