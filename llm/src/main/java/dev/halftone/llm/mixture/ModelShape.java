package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.MalformedModelException;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What rules ask about a model.
 *
 * @param queriesPerKey heads of the first layer that share keys and values; 0 if it has none
 * @param experts 0 if there are none
 */
record ModelShape(String architecture, long layers, long queriesPerKey, long experts) {
  /** From how many heads that share keys and values on these are worth more bits. */
  private static final int MANY = 4;

  /** The number of experts that most rules for experts were made for. */
  private static final int EIGHT = 8;

  /**
   * @throws MalformedModelException if the metadata has no architecture or number of layers, or one
   *     of another type
   */
  static ModelShape of(Map<String, MetadataValue> metadata) {
    MetadataValue name = metadata.get("general.architecture");
    if (name == null || name.type() != ValueType.STRING)
      throw malformed("general.architecture", "a string");
    String architecture = name.asText();
    // Image encoders have no such keys; no rule is about them.
    if (architecture.equals("clip")) return new ModelShape(architecture, 0, 0, 0);
    Keys keys = new Keys(metadata, architecture + ".");
    long layers = keys.number("block_count").orElseThrow(() -> keys.missing("block_count"));
    long heads = keys.number("attention.head_count").orElse(0);
    long keyHeads = keys.number("attention.head_count_kv").orElse(heads);
    long experts = keys.number("expert_count").orElse(0);
    return new ModelShape(architecture, layers, keyHeads == 0 ? 0 : heads / keyHeads, experts);
  }

  /** Numbers under keys that begin with the name of the architecture. */
  private record Keys(Map<String, MetadataValue> metadata, String prefix) {
    /** Of an array with a number for each layer, the first. */
    OptionalLong number(String key) {
      MetadataValue value = metadata.get(prefix + key);
      if (value != null && value.type() == ValueType.ARRAY)
        value = value.elements().stream().findFirst().orElseThrow(() -> missing(key));
      if (value == null) return OptionalLong.empty();
      return switch (value.type()) {
        case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
            OptionalLong.of(inRange(key, value.asLong()));
        case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> throw missing(key);
      };
    }

    private long inRange(String key, long value) {
      if (value < 0 || value > Integer.MAX_VALUE) throw missing(key);
      return value;
    }

    MalformedModelException missing(String key) {
      return malformed(prefix + key, "a number from 0 to %d".formatted(Integer.MAX_VALUE));
    }
  }

  private static MalformedModelException malformed(String key, String expected) {
    return new MalformedModelException("metadata", key, "expected " + expected);
  }

  boolean isFalcon() {
    return architecture.equals("falcon");
  }

  boolean sharesKeys() {
    return queriesPerKey >= MANY;
  }

  boolean hasEightExperts() {
    return experts == EIGHT;
  }

  /** Whether attention values are so few against the rest that more bits for them cost nothing. */
  boolean isSeventyBillion() {
    return switch (architecture) {
      case "llama", "llama-embed" -> layers == 80 && queriesPerKey != 1 && !hasEightExperts();
      case "qwen2", "deci", "olmo" -> layers == 80;
      case "jais2" -> layers == 68;
      default -> false;
    };
  }
}
