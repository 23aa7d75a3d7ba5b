package dev.halftone.kernels;

import java.util.Arrays;
import java.util.Objects;

/** How much the error at each value counts in a search of {@link ScaleFits}. */
public sealed interface ErrorWeights {
  /** Found from the values themselves. */
  enum Own implements ErrorWeights {
    /** {@code x²}. */
    SQUARES,
    /** {@code |x|}. */
    MAGNITUDES,
    /** {@code sqrt(mean of x² over the block) + |x|}. */
    SPREAD;

    @Override
    public float[] of(float[] x, int from, int count, int size) {
      float[] weights = new float[count * size];
      for (int b = 0; b < count; b++) {
        int block = from + b * size;
        float spread = this == SPREAD ? rootMeanSquare(x, block, size) : 0;
        for (int i = 0; i < size; i++) {
          float value = x[block + i];
          weights[b * size + i] = this == SQUARES ? value * value : spread + Math.abs(value);
        }
      }
      return weights;
    }

    private static float rootMeanSquare(float[] x, int from, int size) {
      float sum = 0;
      for (int i = from; i < from + size; i++) sum += x[i] * x[i];
      return (float) Math.sqrt(sum / size);
    }
  }

  /**
   * Weights that somebody gives, not negative.
   *
   * @param weights of block {@code b} from {@code start + b * size} on; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // A view, handed from one loop to the next.
  record Given(float[] weights, int start) implements ErrorWeights {
    public Given(float[] weights) {
      this(weights, 0);
    }

    @Override
    public float[] of(float[] x, int from, int count, int size) {
      Objects.checkFromIndexSize(start, count * size, weights.length);
      return start == 0 ? weights : Arrays.copyOfRange(weights, start, start + count * size);
    }
  }

  /**
   * Weights of blocks that begin at {@code x[from]}, those of block {@code b} from {@code b * size}
   * on.
   */
  float[] of(float[] x, int from, int count, int size);
}
