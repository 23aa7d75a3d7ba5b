package dev.halftone.llm.mixture;

import static dev.halftone.number.gguf.BlockType.IQ2_S;
import static dev.halftone.number.gguf.BlockType.IQ2_XXS;
import static dev.halftone.number.gguf.BlockType.IQ3_S;
import static dev.halftone.number.gguf.BlockType.IQ3_XXS;
import static dev.halftone.number.gguf.BlockType.MXFP4;
import static dev.halftone.number.gguf.BlockType.Q2_K;
import static dev.halftone.number.gguf.BlockType.Q3_K;
import static dev.halftone.number.gguf.BlockType.Q4_1;
import static dev.halftone.number.gguf.BlockType.Q4_K;
import static dev.halftone.number.gguf.BlockType.Q5_1;
import static dev.halftone.number.gguf.BlockType.Q5_K;
import static dev.halftone.number.gguf.BlockType.Q6_K;
import static dev.halftone.number.gguf.BlockType.Q8_0;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.number.gguf.BlockType;

/**
 * The type that a mixture has for a tensor by its role, before the length of its rows is looked at.
 * What a rule is not about gets the base type.
 *
 * @param base of the mixture
 * @param importance whether there are importance weights
 * @param tied whether the token embeddings are the output too
 */
record MixtureRules(
    Mixture mixture, BlockType base, ModelShape shape, boolean importance, boolean tied) {
  BlockType type(TensorInfo tensor, Role role, Place place) {
    if (isOutput(role)) return output(tensor);
    if (mixture == Mixture.MXFP4_MOE) return isExperts(tensor) ? MXFP4 : Q8_0;
    if (role == Role.TOKEN_EMBEDDING) return tokenEmbedding();
    return switch (mixture) {
      case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS -> fewBits(role, place, Q2_K);
      case IQ2_S, IQ2_M -> fewBits(role, place, IQ3_S);
      default -> inLayer(role, place);
    };
  }

  boolean isOutput(Role role) {
    return role == Role.OUTPUT || tied && role == Role.TOKEN_EMBEDDING;
  }

  /** Whether rules for the feed-forward part count layers, not tensors. */
  boolean countsLayers() {
    return switch (mixture) {
      case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ2_M, MXFP4_MOE -> false;
      default -> true;
    };
  }

  private static boolean isExperts(TensorInfo tensor) {
    long[] dimensions = tensor.dimensions();
    return dimensions.length > 2 && dimensions[2] > 1;
  }

  private BlockType output(TensorInfo tensor) {
    if (shape.isFalcon() || !RowLength.fits(tensor, new Blocks(base))) return Q8_0;
    return switch (mixture) {
      case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ2_M, IQ3_XXS -> Q5_K;
      case MXFP4_MOE, Q8_0 -> Q8_0;
      default -> Q6_K;
    };
  }

  private BlockType tokenEmbedding() {
    return switch (mixture) {
      case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS -> Q2_K;
      case IQ2_S, IQ2_M, IQ3_XXS -> IQ3_S;
      case TQ1_0, TQ2_0, Q2_0 -> Q4_K;
      default -> base;
    };
  }

  /**
   * @param better than the base type, for what cannot do with so few bits
   */
  private BlockType fewBits(Role role, Place place, BlockType better) {
    return switch (role.ruled()) {
      case ATTENTION_VALUE -> shape.sharesKeys() || shape.experts() >= 4 ? Q4_K : better;
      case ATTENTION_KEY -> shape.hasEightExperts() ? Q4_K : base;
      case ATTENTION_OUTPUT -> shape.hasEightExperts() ? Q5_K : fewBitsOfOutput();
      case FFN_DOWN -> place.isInFirst(8) ? better : base;
      default -> base;
    };
  }

  private BlockType fewBitsOfOutput() {
    return switch (mixture) {
      case IQ1_S, IQ1_M -> IQ2_XXS;
      case IQ2_S, IQ2_M -> IQ3_S;
      default -> base;
    };
  }

  private BlockType inLayer(Role role, Place place) {
    return switch (role.ruled()) {
      case ATTENTION_VALUE -> value(place);
      case ATTENTION_KEY -> shape.hasEightExperts() ? Q8_0 : query();
      case ATTENTION_QUERY -> query();
      case ATTENTION_OUTPUT -> attentionOutput();
      case FFN_DOWN -> shape.isFalcon() ? downOfFalcon(place) : down(place);
      case FFN_UP, FFN_GATE -> mixture == Mixture.IQ3_XS && place.isInMiddle() ? IQ3_XXS : base;
      default -> base;
    };
  }

  private BlockType value(Place place) {
    if (shape.hasEightExperts()) return Q8_0;
    BlockType type = valueByMixture(place);
    return shape.isSeventyBillion() && (type == Q3_K || type == Q4_K) ? Q5_K : type;
  }

  private BlockType valueByMixture(Place place) {
    return switch (mixture) {
      case Q2_K -> shape.sharesKeys() ? Q4_K : Q3_K;
      case Q2_K_S, IQ3_XS, IQ3_S -> shape.sharesKeys() ? Q4_K : base;
      case IQ3_XXS -> shape.sharesKeys() ? Q4_K : importance ? IQ3_XXS : IQ3_S;
      case IQ3_M -> Q4_K;
      case Q3_K_M -> place.index() < 2 ? Q5_K : Q4_K;
      case Q3_K_L -> Q5_K;
      case Q4_K_S -> place.index() < 4 ? Q5_K : base;
      case Q4_K_M, Q5_K_M -> place.deservesMore() ? Q6_K : base;
      case IQ4_NL, IQ4_XS -> shape.sharesKeys() ? Q5_K : base;
      default -> base;
    };
  }

  private BlockType query() {
    return switch (mixture) {
      case IQ3_XS -> IQ3_XXS;
      case IQ3_XXS -> IQ2_S;
      default -> base;
    };
  }

  private BlockType attentionOutput() {
    if (shape.isFalcon()) return mixture == Mixture.Q3_K_L ? Q4_K : base;
    if (shape.hasEightExperts()) return attentionOutputOfEightExperts();
    return switch (mixture) {
      case Q2_K -> Q3_K;
      case Q3_K_M, IQ3_M -> Q4_K;
      case Q3_K_L -> Q5_K;
      case IQ3_XXS -> IQ3_S;
      default -> base;
    };
  }

  private BlockType attentionOutputOfEightExperts() {
    return switch (mixture) {
      case Q2_K, Q3_K_S, Q3_K_M, Q4_K_S, Q4_K_M -> Q5_K;
      case IQ3_XXS, IQ3_XS, IQ3_S, IQ3_M, IQ4_NL, IQ4_XS -> Q5_K;
      default -> base;
    };
  }

  private BlockType down(Place place) {
    return switch (mixture) {
      case Q3_K_M -> place.isInFirst(16) ? Q5_K : Q4_K;
      case Q3_K_L -> Q5_K;
      case Q4_K_S -> place.isInFirst(8) ? Q5_K : base;
      case Q4_K_M -> place.deservesMore() ? Q6_K : base;
      default -> downOfAny(place);
    };
  }

  private BlockType downOfFalcon(Place place) {
    return switch (mixture) {
      case Q3_K_M -> place.isInFirst(16) ? Q5_K : place.deservesMore() ? Q4_K : Q3_K;
      case Q3_K_L -> Q4_K;
      case Q4_K_M -> place.isInFirst(16) ? Q6_K : place.deservesMore() ? Q5_K : Q4_K;
      default -> downOfAny(place);
    };
  }

  private BlockType downOfAny(Place place) {
    boolean early = place.isInFirst(8);
    return switch (mixture) {
      case Q2_K -> Q3_K;
      case Q2_K_S -> early ? Q4_K : base;
      case Q5_K_M -> place.deservesMore() ? Q6_K : base;
      case IQ3_XXS -> importance ? base : early ? Q4_K : Q3_K;
      case IQ3_M -> early || shape.hasEightExperts() && place.deservesMore() ? Q4_K : base;
      case IQ4_NL, IQ4_XS -> early && !importance ? Q5_K : base;
      case Q4_0 -> early && importance ? Q4_1 : base;
      case Q5_0 -> early && importance ? Q5_1 : base;
      default -> base;
    };
  }
}
