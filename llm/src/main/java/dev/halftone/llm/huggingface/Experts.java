package dev.halftone.llm.huggingface;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import java.util.Optional;

/**
 * The experts that a layer has in the place of a feed-forward part.
 *
 * @param key of the config that tells how many there are
 * @param used of them for a token
 * @param inner values between the matrices of one
 */
record Experts(String key, int count, int used, int inner) {
  /**
   * What a config tells; empty where the architecture has none.
   *
   * @throws dev.halftone.graph.MalformedModelException if a number is missing or not sound
   * @throws UnsupportedModelException if some layers have experts and others not
   */
  static Optional<Experts> of(Architecture architecture, JsonFile config) {
    return switch (architecture) {
      case MIXTRAL ->
          Optional.of(checked(config, "num_local_experts", config.size("intermediate_size")));
      case QWEN3MOE -> {
        boolean all = config.sizeIfAny("decoder_sparse_step").orElse(1) == 1;
        if (!all || config.find("mlp_only_layers").filter(list -> !list.isEmpty()).isPresent())
          throw new UnsupportedModelException(
              config.file(), "experts in some layers only are not understood");
        String count = config.find("num_experts").isPresent() ? "num_experts" : "num_local_experts";
        yield Optional.of(checked(config, count, config.size("moe_intermediate_size")));
      }
      default -> Optional.empty();
    };
  }

  private static Experts checked(JsonFile config, String key, int inner) {
    int count = config.size(key);
    int used = config.size("num_experts_per_tok");
    if (used > count)
      throw config.malformed("num_experts_per_tok", "%d of %d experts".formatted(used, count));
    return new Experts(key, count, used, inner);
  }
}
