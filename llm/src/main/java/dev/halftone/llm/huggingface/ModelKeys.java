package dev.halftone.llm.huggingface;

import dev.halftone.llm.json.JsonFile;
import java.util.Optional;

/** What GGUF files tell of a model's shape, in the order of llama.cpp's converter. */
final class ModelKeys {
  private static final int GEMMA3_CONTEXT = 131_072;
  private static final double GEMMA3_EPSILON = 1e-6;

  private final Architecture architecture;
  private final Dimensions size;
  private final Rope rope;
  private final JsonFile config;
  private final Keys keys;

  private ModelKeys(
      Architecture architecture, Dimensions size, Rope rope, JsonFile config, Keys keys) {
    this.architecture = architecture;
    this.size = size;
    this.rope = rope;
    this.config = config;
    this.keys = keys;
  }

  /**
   * @throws dev.halftone.graph.MalformedModelException if the config lacks what they tell
   */
  static void add(
      Architecture architecture, Dimensions size, Rope rope, JsonFile config, Keys keys) {
    new ModelKeys(architecture, size, rope, config, keys).add();
  }

  private void add() {
    switch (architecture) {
      case LLAMA, MIXTRAL -> {
        usual();
        number("vocab_size", size.vocabulary());
        number("rope.dimension_count", size.headSize());
      }
      case QWEN2, QWEN3 -> usual();
      case QWEN3MOE -> {
        usual();
        size.experts().ifPresent(one -> number("expert_feed_forward_length", one.inner()));
      }
      case GEMMA -> gemma();
      case GEMMA2 -> {
        gemma();
        real("attn_logit_softcapping", config.number("attn_logit_softcapping"));
        real("final_logit_softcapping", config.number("final_logit_softcapping"));
        number("attention.sliding_window", config.size("sliding_window"));
      }
      case GEMMA3 -> gemma3();
      case PHI2 -> phi2();
      case PHI3 -> phi3();
    }
  }

  private void number(String key, int value) {
    keys.add(architecture.key() + "." + key, value);
  }

  private void real(String key, double value) {
    keys.add(architecture.key() + "." + key, value);
  }

  private int context() {
    Optional<Integer> context = config.sizeIfAny("max_position_embeddings");
    if (architecture == Architecture.GEMMA3) return context.orElse(GEMMA3_CONTEXT);
    return context.orElseGet(() -> config.size("n_positions"));
  }

  private double epsilon() {
    return architecture == Architecture.GEMMA3
        ? config.numberIfAny("rms_norm_eps").orElse(GEMMA3_EPSILON)
        : config.number("rms_norm_eps");
  }

  private void usual() {
    number("block_count", size.layers());
    number("context_length", context());
    number("embedding_length", size.hidden());
    number("feed_forward_length", size.inner());
    heads();
    scaling();
    real("rope.freq_base", rope.base());
    real("attention.layer_norm_rms_epsilon", epsilon());
    size.experts()
        .ifPresent(
            experts -> {
              number("expert_count", experts.count());
              number("expert_used_count", experts.used());
            });
    if (size.headSizeGiven() || architecture == Architecture.GEMMA3) headSize();
  }

  private void heads() {
    number("attention.head_count", size.heads());
    number("attention.head_count_kv", size.keyHeads());
  }

  private void headSize() {
    number("attention.key_length", size.headSize());
    number("attention.value_length", size.headSize());
  }

  private void scaling() {
    switch (rope.kind()) {
      case NONE, LLAMA3 -> {}
      case LINEAR -> {
        scalingType("linear");
        real("rope.scaling.factor", factor());
      }
      case YARN -> yarn();
      case LONG -> scalingType("longrope");
    }
  }

  private void scalingType(String type) {
    keys.add(architecture.key() + ".rope.scaling.type", type);
  }

  private JsonFile stretched() {
    return rope.scaling().orElse(config);
  }

  private double factor() {
    return stretched().number("factor");
  }

  private void yarn() {
    scalingType("yarn");
    real("rope.scaling.factor", factor());
    number(
        "rope.scaling.original_context_length",
        rope.originalContext()
            .orElseGet(() -> stretched().size("original_max_position_embeddings")));
    yarn("extrapolation_factor", "yarn_ext_factor");
    yarn("attention_factor", "yarn_attn_factor");
    yarn("beta_fast", "yarn_beta_fast");
    yarn("beta_slow", "yarn_beta_slow");
  }

  private void yarn(String name, String key) {
    stretched().numberIfAny(name).ifPresent(value -> real("rope.scaling." + key, value));
  }

  private void gemma() {
    number("context_length", context());
    number("embedding_length", size.hidden());
    number("block_count", size.layers());
    number("feed_forward_length", size.inner());
    heads();
    real("attention.layer_norm_rms_epsilon", epsilon());
    headSize();
  }

  private void gemma3() {
    usual();
    config
        .numberIfAny("final_logit_softcapping")
        .ifPresent(value -> real("final_logit_softcapping", value));
    if (config.sizeIfAny("sliding_window_pattern").orElse(0) != 1)
      number("attention.sliding_window", config.size("sliding_window"));
  }

  private void phi2() {
    number("context_length", context());
    number("embedding_length", size.hidden());
    number("feed_forward_length", size.inner());
    number("block_count", size.layers());
    heads();
    real("attention.layer_norm_epsilon", config.number("layer_norm_eps"));
    number("rope.dimension_count", rope.dimensions());
    keys.add("tokenizer.ggml.add_bos_token", false);
  }

  private void phi3() {
    number("context_length", context());
    number("rope.scaling.original_context_length", rope.originalContext().orElse(context()));
    number("embedding_length", size.hidden());
    number("feed_forward_length", size.inner());
    number("block_count", size.layers());
    heads();
    real("attention.layer_norm_rms_epsilon", epsilon());
    number("rope.dimension_count", rope.dimensions());
    real("rope.freq_base", rope.base());
    // No window is said with a zero, since what is not said is taken for that of Phi-3.
    number("attention.sliding_window", config.sizeIfAny("sliding_window").orElse(0));
    if (rope.kind() == Rope.Kind.LONG)
      real("rope.scaling.attn_factor", rope.attentionFactor(context()));
  }
}
