package dev.halftone.llm.huggingface;

import dev.halftone.llm.huggingface.Vocabulary.Kind;
import dev.halftone.llm.json.JsonFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A tokenizer.json of byte pairs over letters that has tokens for bytes beside them: what
 * transformers make of a sentencepiece model of byte pairs. Its scores are not in the file. They
 * are found again from the order in which pairs are joined, which is that of falling scores: the
 * piece that is joined first has 0, the next one -1, and letters come last.
 */
final class FallbackPairs {
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  private FallbackPairs() {}

  /**
   * The vocabulary of {@code size} tokens.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not sound, or has a token
   *     beyond the end
   */
  static Vocabulary read(JsonFile file, JsonFile model, int size) {
    Vocabulary vocabulary = new Vocabulary("llama", "default", size, List.of());
    JsonFile tokens =
        model.object("vocab").orElseThrow(() -> model.malformed("vocab", "is missing"));
    String unknown = model.textIfAny("unk_token").orElse("");
    Map<Integer, String> pieces = new HashMap<>();
    Set<Integer> taken = new HashSet<>();
    for (String token : tokens.json().propertyNames()) {
      int id = BytePairs.index(tokens, token, size);
      if (!taken.add(id)) throw tokens.malformed(token, "number %d comes twice".formatted(id));
      if (isByte(token)) vocabulary.put(id, token, 0, Kind.BYTE);
      else if (token.equals(unknown)) vocabulary.put(id, token, 0, Kind.UNKNOWN);
      else pieces.put(id, token);
    }
    for (JsonFile added : file.objects("added_tokens")) pieces.remove(added.index("id"));
    score(pieces, ranks(model), vocabulary);
    new AddedTokens(vocabulary, true).addTokens(file);
    return vocabulary;
  }

  static boolean isByte(String token) {
    return BYTE.matcher(token).matches();
  }

  private static void score(
      Map<Integer, String> pieces, Map<String, Integer> ranks, Vocabulary vocabulary) {
    List<Integer> ids = new ArrayList<>(pieces.keySet());
    ids.sort(
        Comparator.<Integer>comparingInt(
                id -> ranks.getOrDefault(pieces.getOrDefault(id, ""), Integer.MAX_VALUE))
            .thenComparingInt(id -> id));
    for (int place = 0; place < ids.size(); place++)
      vocabulary.put(ids.get(place), pieces.getOrDefault(ids.get(place), ""), -place, Kind.NORMAL);
  }

  /** When each piece is joined for the first time. */
  private static Map<String, Integer> ranks(JsonFile model) {
    Map<String, Integer> ranks = new HashMap<>();
    int rank = 0;
    for (String merge : BytePairs.merges(model)) {
      int space = merge.indexOf(' ');
      if (space < 0 || merge.indexOf(' ', space + 1) >= 0)
        throw model.malformed("merges", "\"%s\", expected two texts".formatted(merge));
      ranks.putIfAbsent(merge.substring(0, space) + merge.substring(space + 1), rank++);
    }
    return ranks;
  }
}
