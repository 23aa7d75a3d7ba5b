package dev.halftone.quantize.codes;

import dev.halftone.tensor.Tensor;
import java.util.Arrays;

/**
 * How much the squared error of each element of a weight counts: as much as the input that the
 * element is multiplied with. The weight lies as {@code [groups, outer, perGroup, inner]}, inputs
 * as {@code [groups, perGroup]}:
 *
 * <pre>
 * MatMul [K, N]           inputs K, inner N
 * Gemm transB [N, K]      inputs K, inner 1
 * Conv [O, I / g, h, w]   inputs I, perGroup I / g, inner h w
 * </pre>
 *
 * @param inputs 0 or more for each input; none: all errors count the same
 * @param perGroup inputs that a group has
 * @param inner neighbours that share an input
 * @param groupElements elements of the weight in a group
 */
public record Importance(float[] inputs, long perGroup, long inner, long groupElements) {
  /** All errors count the same. */
  public static final Importance EQUAL = new Importance(new float[0], 1, 1, 1);

  public Importance {
    for (float input : inputs)
      if (!(input >= 0 && input < Float.POSITIVE_INFINITY))
        throw new IllegalArgumentException("importance " + input);
  }

  /**
   * Of a weight whose inputs lie along an axis.
   *
   * @param groups that the first axis falls into, each with inputs of its own
   * @throws IllegalArgumentException if the inputs do not fit the weight
   */
  public static Importance along(int axis, long groups, Tensor weight, float... inputs) {
    long perGroup = weight.dimension(axis);
    if (inputs.length != Math.multiplyExact(perGroup, groups)
        || groups > 1 && weight.dimension(0) % groups != 0)
      throw new IllegalArgumentException(
          "%d inputs in %d groups do not fit axis %d of %s"
              .formatted(inputs.length, groups, axis, weight));
    long inner = 1;
    for (int i = axis + 1; i < weight.rank(); i++) inner *= weight.dimension(i);
    return new Importance(inputs, perGroup, inner, weight.count() / groups);
  }

  public boolean isEqual() {
    return inputs.length == 0;
  }

  /** What the error of an element counts, by its place in the weight. */
  public float at(long element) {
    if (isEqual()) return 1;
    long group = element / groupElements;
    return inputs[(int) (group * perGroup + element / inner % perGroup)];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Importance that
        && Arrays.equals(inputs, that.inputs)
        && perGroup == that.perGroup
        && inner == that.inner
        && groupElements == that.groupElements;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(inputs) + 31 * Long.hashCode(inner);
  }

  @Override
  public String toString() {
    return "importance of %d inputs".formatted(inputs.length);
  }
}
