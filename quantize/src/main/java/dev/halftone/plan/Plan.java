package dev.halftone.plan;

import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What is done, node by node and tensor by tensor.
 *
 * @param warnings in plain words, for the user
 */
public record Plan(List<TensorPlan> tensors, List<NodePlan> nodes, List<String> warnings) {
  public Plan {
    tensors = List.copyOf(tensors);
    nodes = List.copyOf(nodes);
    warnings = List.copyOf(warnings);
  }

  /** The plan with further tensors. */
  public Plan with(List<TensorPlan> more) {
    return new Plan(Stream.concat(tensors.stream(), more.stream()).toList(), nodes, warnings);
  }

  /** The plan with further warnings. */
  public Plan withWarnings(List<String> more) {
    return new Plan(tensors, nodes, Stream.concat(warnings.stream(), more.stream()).toList());
  }

  /** What a tensor is: a constant of the model, or a value that depends on the input. */
  public enum Role {
    WEIGHT,
    BIAS,
    ACTIVATION
  }

  /**
   * How one tensor is stored.
   *
   * @param format name of the number format: {@code int8}, {@code nf4}
   * @param granularity {@code tensor}, {@code channel:AXIS} or {@code block:SIZE:AXIS}
   * @param low smallest representable value (per tensor; the smallest over all channels otherwise)
   * @param high largest representable value
   */
  public record TensorPlan(
      String name,
      Role role,
      String format,
      String granularity,
      boolean symmetric,
      float low,
      float high) {
    /** A tensor of a plain element type. */
    public TensorPlan(
        String name,
        Role role,
        DType dtype,
        String granularity,
        boolean symmetric,
        float low,
        float high) {
      this(name, role, dtype.name().toLowerCase(Locale.ROOT), granularity, symmetric, low, high);
    }
  }

  /**
   * What becomes of one node.
   *
   * @param quantized whether it computes in integers (or, for weights-only modes, reads a quantized
   *     weight)
   * @param reason why it stays as it is, empty when quantized
   */
  public record NodePlan(String name, String opType, boolean quantized, String reason) {}
}
