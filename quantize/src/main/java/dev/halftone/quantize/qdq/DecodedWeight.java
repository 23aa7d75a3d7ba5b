package dev.halftone.quantize.qdq;

import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.recipe.Granularity;
import dev.halftone.tensor.Tensor;

/**
 * A weight that the file has as codes, decoded to float when the model is loaded, whatever reads
 * it.
 *
 * @param request the weight as it was, with the format and the scales that were found: tables of
 *     codebooks are fitted
 * @param axis of the operator's output channels; -1 where all have one scale
 */
public record DecodedWeight(CodeRequest request, Granularity granularity, int axis) {
  /** The name of the weight and of what it is decoded to. */
  public String name() {
    return request.name();
  }

  /** The scales, one behind the other in the order of the layout. */
  public Tensor scales() {
    float[] known = request.scaling().known();
    return Tensor.ofFloats(known, known.length);
  }
}
