package dev.halftone.llm.huggingface;

import dev.halftone.llm.json.JsonFile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/** Which tokens begin and end texts, and whether they are put there. */
final class SpecialTokens {
  private static final SequencedMap<String, String> KEYS = new LinkedHashMap<>();

  static {
    KEYS.put("bos", "bos_token_id");
    KEYS.put("eos", "eos_token_id");
    KEYS.put("unk", "unknown_token_id");
    // The format's own spelling.
    KEYS.put("sep", "seperator_token_id");
    KEYS.put("pad", "padding_token_id");
    KEYS.put("cls", "cls_token_id");
    KEYS.put("mask", "mask_token_id");
  }

  private SpecialTokens() {}

  /**
   * Adds the keys. A token that the tokenizer's settings name comes before a number of the model's
   * config; a number that the vocabulary does not have is left out.
   */
  static void add(Vocabulary vocabulary, Optional<JsonFile> settings, JsonFile config, Keys keys) {
    for (Map.Entry<String, String> key : KEYS.entrySet())
      settings
          .flatMap(one -> named(one, key.getKey() + "_token").flatMap(vocabulary::find))
          .or(() -> numbered(config, key.getKey() + "_token_id"))
          .filter(id -> id < vocabulary.size())
          .ifPresent(id -> keys.add("tokenizer.ggml." + key.getValue(), id));
    settings.ifPresent(
        one -> {
          flag(one, "add_bos_token", keys);
          flag(one, "add_eos_token", keys);
        });
  }

  private static void flag(JsonFile settings, String name, Keys keys) {
    settings.flagIfAny(name).ifPresent(flag -> keys.add("tokenizer.ggml." + name, flag));
  }

  /** The token, which is a text or an object that tells more. */
  private static Optional<String> named(JsonFile settings, String key) {
    JsonNode value = settings.find(key).orElse(null);
    if (value == null) return Optional.empty();
    return value.isObject()
        ? settings.object(key).flatMap(token -> token.textIfAny("content"))
        : settings.textIfAny(key);
  }

  /** The number, or the first of several; empty if it is none. */
  private static Optional<Integer> numbered(JsonFile config, String key) {
    return config
        .find(key)
        .flatMap(value -> Optional.ofNullable(value.isArray() ? value.get(0) : value))
        .filter(number -> number.isIntegralNumber() && number.canConvertToInt())
        .map(JsonNode::intValue)
        .filter(number -> number >= 0);
  }
}
