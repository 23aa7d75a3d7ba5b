package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tokens by number, as they are put together. */
final class Vocabulary {
  /** What a token is for, with the numbers that GGUF files have for it. */
  enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    int id() {
      return ordinal() + 1;
    }
  }

  /** Of numbers that no token has. */
  private static final float UNUSED_SCORE = -10_000;

  private final String model;
  private final String splitter;
  private final String[] tokens;
  private final float[] scores;
  private final Kind[] kinds;
  private final List<String> merges;
  private final boolean scored;

  /**
   * @param model kind of tokenizer, as GGUF names it
   * @param splitter what cuts text before it, as llama.cpp names it
   * @param merges in order; empty if the scores tell the order
   */
  Vocabulary(String model, String splitter, int size, List<String> merges) {
    this.model = model;
    this.splitter = splitter;
    this.merges = List.copyOf(merges);
    this.scored = merges.isEmpty();
    tokens = new String[size];
    scores = new float[size];
    kinds = new Kind[size];
    for (int i = 0; i < size; i++) tokens[i] = "[PAD%d]".formatted(i);
    Arrays.fill(scores, UNUSED_SCORE);
    Arrays.fill(kinds, Kind.UNUSED);
  }

  int size() {
    return tokens.length;
  }

  void put(int id, String token, float score, Kind kind) {
    tokens[id] = token;
    scores[id] = score;
    kinds[id] = kind;
  }

  /** The first number of a token; empty if it is none. */
  Optional<Integer> find(String token) {
    int id = Arrays.asList(tokens).indexOf(token);
    return id < 0 ? Optional.empty() : Optional.of(id);
  }

  /** Number of the token that stands for what there is no token for. */
  Optional<Integer> unknown() {
    int id = Arrays.asList(kinds).indexOf(Kind.UNKNOWN);
    return id < 0 ? Optional.empty() : Optional.of(id);
  }

  void add(Keys keys) {
    keys.add("tokenizer.ggml.model", model);
    keys.add("tokenizer.ggml.pre", splitter);
    keys.texts("tokenizer.ggml.tokens", Arrays.asList(tokens));
    if (scored) keys.add("tokenizer.ggml.scores", scores());
    keys.add("tokenizer.ggml.token_type", kinds());
    if (!scored) keys.texts("tokenizer.ggml.merges", merges);
  }

  private MetadataValue scores() {
    List<MetadataValue> values = new ArrayList<>();
    for (float score : scores) values.add(MetadataValue.of(score));
    return MetadataValue.array(ValueType.FLOAT32, values);
  }

  private MetadataValue kinds() {
    List<MetadataValue> values = new ArrayList<>();
    for (Kind kind : kinds) values.add(MetadataValue.of(ValueType.INT32, kind.id()));
    return MetadataValue.array(ValueType.INT32, values);
  }
}
