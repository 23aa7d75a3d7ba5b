package dev.halftone.llm.huggingface;

import dev.halftone.llm.huggingface.Vocabulary.Kind;
import dev.halftone.llm.json.JsonFile;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A tokenizer.json of pieces with the logarithm of their frequency, of which those are taken whose
 * product is greatest: {@code [PIECE, SCORE]} by number.
 */
final class Unigrams {
  /** The name that GGUF has for such models, after the first one that was converted. */
  static final String MODEL = "t5";

  private static final float ADDED = -1000;

  private Unigrams() {}

  /**
   * The vocabulary of {@code size} tokens.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not sound, or has a token
   *     beyond the end
   */
  static Vocabulary read(JsonFile file, JsonFile model, int size) {
    JsonNode list =
        model
            .find("vocab")
            .filter(JsonNode::isArray)
            .orElseThrow(() -> model.malformed("vocab", "expected a list"));
    if (list.size() > size)
      throw model.malformed(
          "vocab", "%d pieces, the model has %d tokens".formatted(list.size(), size));
    Optional<Integer> unknown =
        model.find("unk_id").isPresent() ? Optional.of(model.index("unk_id")) : Optional.empty();
    Vocabulary vocabulary = new Vocabulary(MODEL, "default", size, List.of());
    boolean bytes = model.flag("byte_fallback", false);
    float[] scores = new float[list.size()];
    for (int id = 0; id < list.size(); id++) {
      String piece = piece(model, id, list.get(id));
      scores[id] = (float) list.get(id).get(1).doubleValue();
      boolean unknownOne = unknown.isPresent() && unknown.get() == id;
      Kind kind =
          unknownOne
              ? Kind.UNKNOWN
              : bytes && FallbackPairs.isByte(piece) ? Kind.BYTE : Kind.NORMAL;
      vocabulary.put(id, piece, scores[id], kind);
    }
    for (JsonFile added : file.objects("added_tokens")) {
      int id = BytePairs.index(added, "id", size);
      if (unknown.isPresent() && unknown.get() == id) continue;
      boolean control = AddedTokens.isControl(added, added.text("content"), true);
      vocabulary.put(
          id,
          added.text("content"),
          id < scores.length ? scores[id] : ADDED,
          control ? Kind.CONTROL : Kind.USER_DEFINED);
    }
    return vocabulary;
  }

  private static String piece(JsonFile model, int id, JsonNode pair) {
    boolean sound =
        pair.isArray()
            && pair.size() == 2
            && pair.get(0).isString()
            && pair.get(1).isNumber()
            && Float.isFinite((float) pair.get(1).doubleValue());
    if (!sound)
      throw model.malformed("vocab", "entry %d: %s, expected [TEXT, NUMBER]".formatted(id, pair));
    return pair.get(0).stringValue();
  }
}
