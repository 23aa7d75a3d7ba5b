package dev.halftone.quantize.codes;

import dev.halftone.tensor.Tensor;

/**
 * A weight to encode.
 *
 * @param name for messages
 * @param weight of a floating-point type
 */
public record CodeRequest(String name, Tensor weight, CodeLayout layout, CodeFormat format) {
  public CodeRequest {
    if (!weight.dtype().isFloat() || weight.count() != layout.count()) {
      throw new IllegalArgumentException(
          "%s %s does not have layout %s".formatted(name, weight, layout));
    }
  }
}
