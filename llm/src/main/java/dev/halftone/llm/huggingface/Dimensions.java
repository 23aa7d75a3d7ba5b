package dev.halftone.llm.huggingface;

import dev.halftone.llm.json.JsonFile;
import java.util.Optional;

/**
 * Sizes that a config.json tells.
 *
 * @param hidden values of a position between layers
 * @param inner of the feed-forward part
 * @param keyHeads heads of keys and values
 * @param headSize values of a head
 * @param headSizeGiven whether the config tells the size of a head
 * @param experts empty if the feed-forward part is one
 */
record Dimensions(
    int layers,
    int hidden,
    int inner,
    int heads,
    int keyHeads,
    int headSize,
    boolean headSizeGiven,
    int vocabulary,
    Optional<Experts> experts) {
  /** Of Gemma 3, where the config leaves it out. */
  private static final int GEMMA3_HEAD = 256;

  private static final int GEMMA3_HEADS = 8;
  private static final int GEMMA3_KEY_HEADS = 4;

  /**
   * @throws dev.halftone.graph.MalformedModelException if a size is missing, no positive number, or
   *     heads do not fit
   */
  static Dimensions of(Architecture architecture, JsonFile config) {
    boolean gemma3 = architecture == Architecture.GEMMA3;
    int hidden = config.size("hidden_size");
    int heads =
        gemma3
            ? config.sizeIfAny("num_attention_heads").orElse(GEMMA3_HEADS)
            : config.size("num_attention_heads");
    int keyHeads =
        config.sizeIfAny("num_key_value_heads").orElse(gemma3 ? GEMMA3_KEY_HEADS : heads);
    if (heads % keyHeads != 0)
      throw config.malformed(
          "num_key_value_heads", "%d, which does not divide %d heads".formatted(keyHeads, heads));
    int headSize = config.sizeIfAny("head_dim").orElse(gemma3 ? GEMMA3_HEAD : 0);
    if (headSize == 0 && hidden % heads != 0)
      throw config.malformed(
          "num_attention_heads", "%d, which does not divide %d values".formatted(heads, hidden));
    return new Dimensions(
        config.size("num_hidden_layers"),
        hidden,
        config.size("intermediate_size"),
        heads,
        keyHeads,
        headSize == 0 ? hidden / heads : headSize,
        headSize != 0,
        config.size("vocab_size"),
        Experts.of(architecture, config));
  }

  /** Values of all heads of queries. */
  long queries() {
    return (long) heads * headSize;
  }

  /** Values of all heads of keys. */
  long keys() {
    return (long) keyHeads * headSize;
  }
}
