package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of a whole file.
 *
 * @param pure every matrix gets the mixture's base type, whatever the rules say
 * @param outputType for {@code output.weight}, and for token embeddings that stand in for it
 * @param tokenEmbeddingType for the token embeddings
 * @param rules the first whose pattern is found in a name decides, if the mixture quantizes at all;
 *     the types asked above come first
 * @param leaveOutput {@code output.weight} stays as it is
 * @param allowRequantize tensors that are quantized already may be quantized again
 * @param keepOrder tensors stay in the order in which they come, as those of a split model that
 *     keeps its parts
 */
public record MixtureRequest(
    Mixture mixture,
    boolean pure,
    Optional<TensorType> outputType,
    Optional<TensorType> tokenEmbeddingType,
    List<TypeRule> rules,
    boolean leaveOutput,
    boolean allowRequantize,
    boolean keepOrder) {
  /**
   * @throws IllegalArgumentException if nothing is quantized to a type asked for
   */
  public MixtureRequest {
    outputType.ifPresent(TypeRule::check);
    tokenEmbeddingType.ifPresent(TypeRule::check);
    rules = List.copyOf(rules);
  }

  /** The mixture as it is. */
  public static MixtureRequest of(Mixture mixture) {
    return new MixtureRequest(
        mixture, false, Optional.empty(), Optional.empty(), List.of(), false, false, false);
  }
}
