package dev.halftone.llm.huggingface;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.source.RowSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How positions turn queries and keys.
 *
 * @param base of the frequencies
 * @param dimensions of a head that are turned
 * @param scaling what stretches positions; empty if nothing does
 */
record Rope(double base, int dimensions, Kind kind, Optional<JsonFile> scaling, JsonFile config) {
  private static final double DEFAULT_BASE = 10_000;
  private static final double GEMMA3_BASE = 1_000_000;

  /** Of Llama 3, where the config leaves them out. */
  private static final double LLAMA3_FACTOR = 8;

  private static final double LLAMA3_LOW = 1;
  private static final double LLAMA3_HIGH = 4;
  private static final int LLAMA3_CONTEXT = 8192;

  enum Kind {
    NONE,
    LINEAR,
    LLAMA3,
    YARN,
    LONG
  }

  /**
   * @throws UnsupportedModelException if positions are scaled in a way that GGUF has no word for
   */
  static Rope of(Architecture architecture, Dimensions size, JsonFile config) {
    // Newer configs have all in one place, older ones what stretches apart.
    Optional<JsonFile> together = config.object("rope_parameters").map(Rope::ofFullAttention);
    Optional<JsonFile> scaling = config.object("rope_scaling").or(() -> together);
    double base =
        config
            .numberIfAny("rope_theta")
            .or(() -> together.flatMap(one -> one.numberIfAny("rope_theta")))
            .orElse(architecture == Architecture.GEMMA3 ? GEMMA3_BASE : DEFAULT_BASE);
    double part =
        config
            .numberIfAny("partial_rotary_factor")
            .or(() -> together.flatMap(one -> one.numberIfAny("partial_rotary_factor")))
            .orElse(architecture == Architecture.PHI2 ? 0.5 : 1.0);
    if (!(part > 0 && part <= 1))
      throw config.malformed("partial_rotary_factor", part + ", expected more than 0, at most 1");
    Kind kind = scaling.map(Rope::kind).orElse(Kind.NONE);
    return new Rope(base, (int) (part * size.headSize()), kind, scaling, config);
  }

  private static JsonFile ofFullAttention(JsonFile parameters) {
    return parameters.object("full_attention").orElse(parameters);
  }

  private static Kind kind(JsonFile scaling) {
    String type =
        scaling.textIfAny("rope_type").or(() -> scaling.textIfAny("type")).orElse("default");
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "default" -> Kind.NONE;
      case "linear" -> Kind.LINEAR;
      case "llama3" -> Kind.LLAMA3;
      case "yarn" -> Kind.YARN;
      case "longrope", "su" -> Kind.LONG;
      default ->
          throw new UnsupportedModelException(
              scaling.file(), "positions scaled as \"%s\" are not understood".formatted(type));
    };
  }

  /** The context that the model was first trained for. */
  Optional<Integer> originalContext() {
    return scaling
        .flatMap(one -> one.sizeIfAny("original_max_position_embeddings"))
        .or(() -> config.sizeIfAny("original_max_position_embeddings"));
  }

  /** Tensors that tell what formulas of GGUF's readers do not. */
  List<RowSource> tensors() {
    return switch (kind) {
      case NONE, LINEAR, YARN -> List.of();
      case LLAMA3 -> List.of(new GivenRows("rope_freqs.weight", llama3()));
      case LONG ->
          List.of(
              new GivenRows("rope_factors_long.weight", factors("long_factor")),
              new GivenRows("rope_factors_short.weight", factors("short_factor")));
    };
  }

  private JsonFile stretched() {
    return scaling.orElseThrow(() -> new IllegalStateException("positions are not scaled"));
  }

  /**
   * What each frequency is divided by: 1 where a wave is short against the first context, the
   * factor where it is long, and between them what joins the two. Source: Llama 3.1, as
   * transformers' {@code llama3} computes it.
   */
  private float[] llama3() {
    double factor = stretched().numberIfAny("factor").orElse(LLAMA3_FACTOR);
    double low = stretched().numberIfAny("low_freq_factor").orElse(LLAMA3_LOW);
    double high = stretched().numberIfAny("high_freq_factor").orElse(LLAMA3_HIGH);
    double context = originalContext().orElse(LLAMA3_CONTEXT);
    float[] factors = new float[dimensions / 2];
    for (int i = 0; i < factors.length; i++) {
      double wave = 2 * Math.PI * Math.pow(base, 2.0 * i / dimensions);
      double smooth = (context / wave - low) / (high - low);
      if (wave < context / high) factors[i] = 1;
      else if (wave > context / low) factors[i] = (float) factor;
      else factors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
    }
    return factors;
  }

  private float[] factors(String key) {
    List<Double> numbers =
        stretched().numbers(key).orElseThrow(() -> stretched().malformed(key, "is missing"));
    if (numbers.size() != dimensions / 2)
      throw stretched()
          .malformed(key, "%d numbers, expected %d".formatted(numbers.size(), dimensions / 2));
    float[] factors = new float[numbers.size()];
    for (int i = 0; i < factors.length; i++) factors[i] = numbers.get(i).floatValue();
    return factors;
  }

  /**
   * What queries are multiplied by in long contexts: {@code sqrt(1 + ln s / ln c)} for a context
   * {@code s} times the first one of {@code c}. Source: LongRoPE, as transformers compute it.
   */
  double attentionFactor(int context) {
    int original = originalContext().orElse(context);
    double scale = (double) context / original;
    if (scale <= 1) return 1;
    return Math.sqrt(1 + Math.log(scale) / Math.log(original));
  }
}
