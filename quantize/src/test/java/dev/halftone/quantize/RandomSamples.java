package dev.halftone.quantize;

import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Task;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Normally distributed samples for the input {@code x}, each row alike from run to run. */
public final class RandomSamples {
  private RandomSamples() {}

  public static DataSet of(int size, double deviation, long... shape) {
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", Graphs.normal(new Random(row), deviation, shape));
          }
        };
    return new DataSet(samples, null, new Task.CompareOnly(), Map.of(), Set.of(), "");
  }

  /** A sample that no data set of {@link #of} holds. */
  public static Map<String, Tensor> unseen(double deviation, long... shape) {
    return Map.of("x", Graphs.normal(new Random(-1), deviation, shape));
  }
}
