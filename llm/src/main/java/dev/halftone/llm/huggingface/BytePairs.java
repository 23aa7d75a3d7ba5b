package dev.halftone.llm.huggingface;

import dev.halftone.llm.huggingface.Vocabulary.Kind;
import dev.halftone.llm.json.JsonFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A tokenizer.json of byte pairs over bytes. */
final class BytePairs {
  private BytePairs() {}

  /**
   * The vocabulary of {@code size} tokens.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not sound, or has a token
   *     beyond the end
   * @throws dev.halftone.graph.UnsupportedModelException if it is not over bytes, or splits text in
   *     a way that llama.cpp has no name for
   */
  static Vocabulary read(JsonFile file, JsonFile model, Architecture architecture, int size) {
    String splitter = Splitter.name(file, architecture);
    Vocabulary vocabulary = new Vocabulary("gpt2", splitter, size, merges(model));
    JsonFile tokens =
        model.object("vocab").orElseThrow(() -> model.malformed("vocab", "is missing"));
    Set<Integer> taken = new HashSet<>();
    for (String token : tokens.json().propertyNames()) {
      int id = index(tokens, token, size);
      if (!taken.add(id)) throw tokens.malformed(token, "number %d comes twice".formatted(id));
      vocabulary.put(id, token, 0, Kind.NORMAL);
    }
    for (JsonFile added : file.objects("added_tokens")) {
      String text = added.text("content");
      boolean control = AddedTokens.isControl(added, text, true);
      vocabulary.put(
          index(added, "id", size),
          control ? text : AddedTokens.spaced(text),
          0,
          control ? Kind.CONTROL : Kind.USER_DEFINED);
    }
    return vocabulary;
  }

  static int index(JsonFile object, String key, int size) {
    int id = object.index(key);
    if (id >= size) throw object.malformed(key, "%d, the model has %d tokens".formatted(id, size));
    return id;
  }

  /** Each as two texts with a space between them. */
  static List<String> merges(JsonFile model) {
    JsonNode list =
        model
            .find("merges")
            .filter(node -> node.isArray() && !node.isEmpty())
            .orElseThrow(() -> model.malformed("merges", "expected a list"));
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : list) merges.add(merge(model, merge));
    return merges;
  }

  private static String merge(JsonFile model, JsonNode merge) {
    if (merge.isString()) return merge.stringValue();
    if (!merge.isArray() || merge.size() != 2)
      throw model.malformed("merges", merge + ", expected two texts");
    return part(model, merge.get(0)) + " " + part(model, merge.get(1));
  }

  private static String part(JsonFile model, JsonNode text) {
    if (!text.isString()) throw model.malformed("merges", text + ", expected a text");
    // As bytes are written in such vocabularies, since a space stands between the parts.
    return text.stringValue().replace(' ', '\u0120');
  }
}
