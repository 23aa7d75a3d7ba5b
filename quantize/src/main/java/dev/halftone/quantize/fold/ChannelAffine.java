package dev.halftone.quantize.fold;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code y = x * scale[c] + shift[c]} for output channel {@code c}. */
record ChannelAffine(double[] scale, double[] shift) {

  /**
   * The step as an affine map of {@code value}, the output of {@code operator}; null when it is not
   * one.
   */
  static @Nullable ChannelAffine of(
      Node step, String value, LinearOperator operator, GraphIndex index) {
    if (step.is("BatchNormalization")) return ofNormalization(step, value, operator, index);
    String other = step.input(0).equals(value) ? step.input(1) : step.input(0);
    Tensor constant = index.constant(other);
    double[] values = constant == null ? null : operator.perChannel(constant);
    if (values == null) return null;
    double[] neutral = new double[values.length];
    if (step.is("Mul")) return new ChannelAffine(values, neutral);
    Arrays.fill(neutral, 1);
    return new ChannelAffine(neutral, values);
  }

  private static @Nullable ChannelAffine ofNormalization(
      Node step, String value, LinearOperator operator, GraphIndex index) {
    boolean training = step.integer("training_mode", 0) != 0 || step.integer("spatial", 1) == 0;
    boolean moreOutputs = step.outputs().stream().skip(1).anyMatch(output -> !output.isEmpty());
    if (training || moreOutputs || !step.input(0).equals(value)) return null;
    float[][] parameters = new float[4][];
    for (int i = 0; i < 4; i++) {
      Tensor constant = index.constant(step.input(i + 1));
      if (constant == null || constant.count() != operator.channels()) return null;
      parameters[i] = constant.toFloats();
    }
    double epsilon = step.real("epsilon", 1e-5f);
    double[] scale = new double[operator.channels()];
    double[] shift = new double[operator.channels()];
    for (int c = 0; c < scale.length; c++) {
      scale[c] = parameters[0][c] / Math.sqrt(parameters[3][c] + epsilon);
      shift[c] = parameters[1][c] - parameters[2][c] * scale[c];
      if (!Double.isFinite(scale[c]) || !Double.isFinite(shift[c])) return null;
    }
    return new ChannelAffine(scale, shift);
  }

  boolean isShiftOnly() {
    return Arrays.stream(scale).allMatch(factor -> factor == 1);
  }
}
