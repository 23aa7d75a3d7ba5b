package dev.halftone.number.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightsTest {
  /** Of so different sizes that another order gives another sum. */
  private static float[] values(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = (float) Math.exp(8 * random.nextGaussian());
    return values;
  }

  @Test
  void blocksAreSummedInOrder() {
    for (int size : new int[] {1, 16, 32, 256}) {
      for (int count = 0; count < 10; count++) {
        float[] x = values(count * size, size + count);
        float[] sums = new float[count];
        Weights.sums(x, count, size, sums);
        for (int b = 0; b < count; b++) {
          float sum = 0;
          for (int i = 0; i < size; i++) sum += x[b * size + i];
          assertThat(sums[b]).isEqualTo(sum);
        }
      }
    }
  }
}
