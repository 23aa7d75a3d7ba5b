package dev.halftone.llm.huggingface;

import dev.halftone.llm.huggingface.Vocabulary.Kind;
import dev.halftone.llm.json.JsonFile;
import java.util.Set;

/**
 * Tokens that were added to a vocabulary later, put over what is there. Those beyond its end are
 * left out, since the model has no rows for them.
 *
 * @param judged whether names are looked at to see what a token is for
 */
record AddedTokens(Vocabulary vocabulary, boolean judged) {
  private static final float SCORE = -1000;

  /** What sentencepiece has for a space. */
  private static final String SPACE = "\u2581";

  private static final Set<String> CONTROL = Set.of("<pad>", "<mask>", "<2mass>", "[@BOS@]");

  /** From {@code {TOKEN: NUMBER}}. */
  void addIds(JsonFile file) {
    for (String token : file.json().propertyNames())
      put(file.index(token), token, Kind.USER_DEFINED);
  }

  /** From {@code {"added_tokens_decoder": {NUMBER: {"content": TOKEN, "special": …}}}}. */
  void addSettings(JsonFile file) {
    file.object("added_tokens_decoder")
        .ifPresent(
            tokens -> {
              for (String number : tokens.json().propertyNames())
                tokens.object(number).ifPresent(token -> put(tokens.indexOf(number), token));
            });
  }

  /** From {@code {"added_tokens": [{"id": NUMBER, "content": TOKEN, "special": …}]}}. */
  void addTokens(JsonFile file) {
    for (JsonFile token : file.objects("added_tokens")) put(token.index("id"), token);
  }

  private void put(int id, JsonFile token) {
    String text = token.text("content");
    if (isControl(token, text, judged)) put(id, text, Kind.CONTROL);
    else put(id, judged ? spaced(text) : text, Kind.USER_DEFINED);
  }

  private void put(int id, String text, Kind kind) {
    if (id < vocabulary.size()) vocabulary.put(id, text, SCORE, kind);
  }

  static String spaced(String text) {
    return text.replace(SPACE, " ");
  }

  /** Whether a token is said to be special, or is named as such are. */
  static boolean isControl(JsonFile token, String text, boolean judged) {
    return token.flag("special", false) || judged && looksSpecial(text);
  }

  private static boolean looksSpecial(String text) {
    return CONTROL.contains(text)
        || text.startsWith("<|") && text.endsWith("|>")
        || text.startsWith("<\uFF5C") && text.endsWith("\uFF5C>")
        || text.startsWith("<unused") && text.endsWith(">");
  }
}
