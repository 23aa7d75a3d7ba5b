package dev.halftone.bench.digits;

import java.util.List;

/**
 * One step of the network. A batch is one array, sample after sample. A layer remembers the last
 * batch that went forward, because {@link #backward} needs it.
 */
sealed interface Layer permits Convolution, BatchNorm, Relu, MaxPool, Dense {
  /** The layer's output for {@code batch} samples. */
  float[] forward(float[] input, int batch, boolean training);

  /**
   * Adds to the gradients of the parameters and returns the gradient of the loss by the input,
   * given the one by the output of the last {@link #forward}.
   */
  float[] backward(float[] gradient, int batch);

  default List<Parameter> parameters() {
    return List.of();
  }

  /** Numbers that are trained, and the gradient of the loss by each. */
  final class Parameter {
    final float[] value;
    final float[] gradient;

    Parameter(float[] value) {
      this.value = value;
      this.gradient = new float[value.length];
    }
  }
}
