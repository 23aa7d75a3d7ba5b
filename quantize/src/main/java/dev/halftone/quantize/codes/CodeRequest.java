package dev.halftone.quantize.codes;

import dev.halftone.tensor.Tensor;

/**
 * A weight to encode.
 *
 * @param name for messages
 * @param weight of a floating-point type
 */
public record CodeRequest(
    String name, Tensor weight, CodeLayout layout, CodeFormat format, Scaling scaling) {
  public CodeRequest {
    if (!weight.dtype().isFloat() || weight.count() != layout.count()) {
      throw new IllegalArgumentException(
          "%s %s does not have layout %s".formatted(name, weight, layout));
    }
  }

  /** With scales that cover the whole range, stored as float. */
  public CodeRequest(String name, Tensor weight, CodeLayout layout, CodeFormat format) {
    this(name, weight, layout, format, Scaling.PLAIN);
  }

  /** The same with other scales. */
  public CodeRequest with(Scaling other) {
    CodeRequest request = new CodeRequest(name, weight, layout, format, other);
    other.check(request);
    return request;
  }
}
