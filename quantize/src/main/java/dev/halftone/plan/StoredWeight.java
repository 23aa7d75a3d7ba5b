package dev.halftone.plan;

import dev.halftone.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A weight as it was and as it is stored.
 *
 * @param original of a floating-point type
 * @param bytes that its codes, scales, zero points and tables take, the nodes around them not
 *     counted
 * @param quantized whether anything was done to it
 * @param decoded gives what is computed with, of a floating-point type in the shape and order of
 *     the original; worked out anew at each call
 */
public record StoredWeight(
    String name, Tensor original, long bytes, boolean quantized, Supplier<Tensor> decoded) {
  /** A weight that was left as it is. */
  public static StoredWeight kept(String name, Tensor original) {
    return new StoredWeight(name, original, original.byteSize(), false, () -> original);
  }

  /** A weight that takes {@code bytes} now. */
  public static StoredWeight quantized(
      String name, Tensor original, long bytes, Supplier<Tensor> decoded) {
    return new StoredWeight(name, original, bytes, true, decoded);
  }
}
