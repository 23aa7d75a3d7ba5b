package dev.halftone.prune.weights;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of a weight are multiplied with: vectors of a value for each column, those of a
 * kernel position together, channel by channel.
 *
 * @param value name of the activation
 * @param kernel sizes of a convolution's window, outermost first; null for a matrix
 */
record InputPatches(Node node, String value, WeightLayout layout, int @Nullable [] kernel) {
  /** Hears of each vector; it is used again for the next. */
  @FunctionalInterface
  interface Sink {
    void add(double[] patch);
  }

  /** Those of a node that reads the weight; null where it is none whose inputs are known here. */
  static @Nullable InputPatches of(Node node, Tensor weight, WeightLayout layout) {
    return switch (node.opType()) {
      case "MatMul" ->
          weight.rank() == 2 ? new InputPatches(node, node.input(0), layout, null) : null;
      case "Gemm" ->
          node.integer("transA", 0) == 0
              ? new InputPatches(node, node.input(0), layout, null)
              : null;
      case "Conv" -> {
        int[] kernel = new int[weight.rank() - 2];
        for (int i = 0; i < kernel.length; i++) kernel[i] = (int) weight.dimension(i + 2);
        yield new InputPatches(node, node.input(0), layout, kernel);
      }
      default -> null;
    };
  }

  /** How many parts of the weight's rows see vectors of their own. */
  int groups() {
    return kernel == null ? 1 : layout.outer() / layout.outerPerGroup();
  }

  /**
   * All vectors that a group of rows sees of a value of the activation.
   *
   * @throws UnsupportedModelException if the value is not of the shape that the node takes
   */
  void each(Tensor activation, int group, Sink sink) {
    int rank = activation.rank();
    long columns = rank == 0 ? 0 : activation.dimension(kernel == null ? rank - 1 : 1);
    boolean fits =
        kernel == null
            ? columns == layout.columns()
            : rank == kernel.length + 2 && columns == (long) groups() * layout.inputs();
    if (!fits)
      throw new UnsupportedModelException(
          node.label(),
          "its input is of shape " + Arrays.toString(activation.shape()) + ", which does not fit");
    double[] patch = new double[layout.columns()];
    float[] values = activation.toFloats();
    if (kernel == null) rows(values, patch, sink);
    else windows(kernel, activation, values, group, patch, sink);
  }

  private static void rows(float[] values, double[] patch, Sink sink) {
    for (int from = 0; from < values.length; from += patch.length) {
      for (int i = 0; i < patch.length; i++) patch[i] = values[from + i];
      sink.add(patch);
    }
  }

  private void windows(
      int[] sides, Tensor activation, float[] values, int group, double[] patch, Sink sink) {
    WindowAxis[] axes = new WindowAxis[sides.length];
    int plane = 1;
    int places = 1;
    for (int i = 0; i < axes.length; i++) {
      axes[i] = WindowAxis.of(node, i, sides, (int) activation.dimension(i + 2));
      plane *= axes[i].size();
      places *= axes[i].places();
    }
    int inputs = layout.inputs();
    for (int image = 0; image < activation.dimension(0); image++) {
      int first = (image * groups() + group) * inputs * plane;
      for (int place = 0; place < places; place++) {
        for (int position = 0; position < layout.window(); position++) {
          int pixel = WindowAxis.pixel(axes, place, position);
          for (int channel = 0; channel < inputs; channel++)
            patch[position * inputs + channel] =
                pixel < 0 ? 0 : values[first + channel * plane + pixel];
        }
        sink.add(patch);
      }
    }
  }
}
