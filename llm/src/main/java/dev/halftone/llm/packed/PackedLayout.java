package dev.halftone.llm.packed;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** How a folder's matrices are stored. */
sealed interface PackedLayout {
  /**
   * @param v2 whether zero points are stored as they are, and not one less
   * @param groupSize columns of a group; -1 for all of a row
   */
  record Gptq(int bits, int groupSize, boolean v2) implements PackedLayout {
    @Override
    public String toString() {
      return "GPTQ, %d bits".formatted(bits);
    }
  }

  /**
   * @param groupSize columns of a group; -1 for all of a row
   */
  record Awq(int groupSize) implements PackedLayout {
    @Override
    public String toString() {
      return "AWQ, 4 bits";
    }
  }

  /**
   * @param bits that packed integers may have
   */
  record CompressedTensors(List<Integer> bits) implements PackedLayout {
    public CompressedTensors {
      bits = List.copyOf(bits);
    }

    @Override
    public String toString() {
      return "compressed-tensors";
    }
  }

  /** Bits of packed integers that are read. */
  List<Integer> BITS = List.of(4, 8);

  Set<String> FORMATS =
      Set.of("pack-quantized", "int-quantized", "float-quantized", "naive-quantized");

  /**
   * What a {@code quantization_config} says.
   *
   * @throws UnsupportedModelException if it is a method or version that is not read
   * @throws dev.halftone.graph.MalformedModelException if a key is missing or not sound
   */
  static PackedLayout of(JsonFile config) {
    return of(config, config.text("quant_method"));
  }

  /** As the other, of a quantize_config.json, which is of GPTQ if it does not tell the method. */
  static PackedLayout ofOlder(JsonFile config) {
    return of(config, config.textIfAny("quant_method").orElse("gptq"));
  }

  private static PackedLayout of(JsonFile config, String method) {
    return switch (method.toLowerCase(Locale.ROOT)) {
      case "gptq" -> gptq(config);
      case "awq" -> awq(config);
      case "compressed-tensors" -> compressed(config);
      default ->
          throw new UnsupportedModelException(
              config.file(),
              "weights quantized by %s, only compressed-tensors, gptq and awq are read"
                  .formatted(method));
    };
  }

  private static Gptq gptq(JsonFile config) {
    int bits = bits(config, config.size("bits"));
    String format = config.textIfAny("checkpoint_format").orElse("gptq");
    if (!format.equals("gptq") && !format.equals("gptq_v2"))
      throw unsupported(config, "checkpoint_format " + format, "gptq or gptq_v2");
    return new Gptq(bits, groupSize(config), format.equals("gptq_v2"));
  }

  private static Awq awq(JsonFile config) {
    int bits =
        config
            .sizeIfAny("bits")
            .or(() -> config.sizeIfAny("w_bit"))
            .orElseThrow(() -> config.malformed("bits", "is missing"));
    if (bits != 4) throw unsupported(config, bits + " bits", "4");
    String version = config.textIfAny("version").orElse("gemm").toLowerCase(Locale.ROOT);
    if (!version.equals("gemm")) throw unsupported(config, "version " + version, "gemm");
    return new Awq(groupSize(config));
  }

  private static int groupSize(JsonFile config) {
    String key = config.find("q_group_size").isPresent() ? "q_group_size" : "group_size";
    Optional<Double> size = config.numberIfAny(key);
    if (size.isEmpty() || size.get() == -1) return -1;
    return config.size(key);
  }

  private static CompressedTensors compressed(JsonFile config) {
    String format = config.text("format");
    if (!FORMATS.contains(format))
      throw unsupported(
          config, "format " + format, String.join(", ", FORMATS.stream().sorted().toList()));
    List<Integer> bits = new ArrayList<>();
    JsonFile groups =
        config
            .object("config_groups")
            .orElseThrow(() -> config.malformed("config_groups", "is missing"));
    for (String name : groups.json().propertyNames()) {
      Optional<JsonFile> weights = groups.object(name).flatMap(group -> group.object("weights"));
      if (weights.isEmpty()) continue;
      int found = bits(weights.get(), weights.get().size("num_bits"));
      if (!bits.contains(found)) bits.add(found);
    }
    return new CompressedTensors(bits);
  }

  private static int bits(JsonFile config, int bits) {
    if (!BITS.contains(bits)) throw unsupported(config, bits + " bits", "4 or 8");
    return bits;
  }

  private static UnsupportedModelException unsupported(
      JsonFile config, String found, String expected) {
    return new UnsupportedModelException(
        config.file(), "quantized weights: %s, expected %s".formatted(found, expected));
  }
}
