package dev.halftone.evaluate;

import dev.halftone.runtime.ReusingRun;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Time of one run on one sample, of two models in turn (A B, B A, A B …) in this process, so that
 * both see the same state of the machine. After a warm-up it goes on until there are 50 pairs and 2
 * seconds have passed, or 3 seconds whatever the pairs, but for at least 5 pairs. A run that takes
 * so long evens out within itself what disturbs a short one.
 */
final class Latency {
  private static final long WARM_UP = 300_000_000L;
  private static final long AT_LEAST = 2_000_000_000L;
  private static final long AT_MOST = 3_000_000_000L;
  private static final int FEWEST = 5;
  private static final int WANTED = 50;
  private static final int MOST = 100_000;

  private Latency() {}

  /** Adds {@code latency_ms}: the median. */
  static void measure(
      RunnableModel model, Map<String, Tensor> sample, Map<String, Double> metrics) {
    double[][] times = times(List.of(model), List.of(sample));
    metrics.put("latency_ms", median(times[0]));
  }

  /**
   * Adds {@code latency_ms.reference} and {@code latency_ms.quantized} (medians), {@code speedup}
   * (the median over the pairs of reference time over quantized time) and {@code speedup.low},
   * {@code speedup.high} (quartiles of the same).
   */
  static void compare(
      RunnableModel reference,
      Map<String, Tensor> referenceSample,
      RunnableModel quantized,
      Map<String, Tensor> quantizedSample,
      Map<String, Double> metrics) {
    double[][] times =
        times(List.of(reference, quantized), List.of(referenceSample, quantizedSample));
    double[] ratios = new double[times[0].length];
    for (int i = 0; i < ratios.length; i++) ratios[i] = times[0][i] / times[1][i];
    metrics.put("latency_ms.reference", median(times[0]));
    metrics.put("latency_ms.quantized", median(times[1]));
    metrics.put("speedup", median(ratios));
    metrics.put("speedup.low", quantile(ratios, 0.25));
    metrics.put("speedup.high", quantile(ratios, 0.75));
  }

  /** Milliseconds of each model's runs. */
  private static double[][] times(List<RunnableModel> models, List<Map<String, Tensor>> samples) {
    try (Repeats repeats = new Repeats(models, samples)) {
      long start = System.nanoTime();
      do {
        repeats.once();
      } while (System.nanoTime() - start < WARM_UP);
      double[][] times = new double[models.size()][64];
      int count = 0;
      start = System.nanoTime();
      for (long passed = 0; wantsMore(count, passed); passed = System.nanoTime() - start) {
        if (count == times[0].length)
          for (int i = 0; i < times.length; i++) times[i] = Arrays.copyOf(times[i], 2 * count);
        for (int i = 0; i < times.length; i++) {
          // Every other pair the other way round: what follows what must not count.
          int model = count % 2 == 0 ? i : times.length - 1 - i;
          times[model][count] = repeats.time(model);
        }
        count++;
      }
      for (int i = 0; i < times.length; i++) times[i] = Arrays.copyOf(times[i], count);
      return times;
    }
  }

  private static boolean wantsMore(int count, long passed) {
    if (count < FEWEST) return true;
    if (passed >= AT_MOST || count >= MOST) return false;
    return count < WANTED || passed < AT_LEAST;
  }

  static double median(double[] values) {
    return quantile(values, 0.5);
  }

  /**
   * The value at {@code share} of the sorted values, between neighbours by linear interpolation.
   */
  static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** The models' runs, each in memory of its own that stays where it is. */
  private static final class Repeats implements AutoCloseable {
    private final ReusingRun[] runs;

    Repeats(List<RunnableModel> models, List<Map<String, Tensor>> samples) {
      runs = new ReusingRun[models.size()];
      for (int i = 0; i < runs.length; i++) {
        runs[i] = models.get(i).reusing(List.of());
        runs[i].run(samples.get(i));
      }
    }

    void once() {
      for (ReusingRun run : runs) run.repeat();
    }

    double time(int model) {
      long start = System.nanoTime();
      runs[model].repeat();
      return (System.nanoTime() - start) / 1e6;
    }

    @Override
    public void close() {
      for (@Nullable ReusingRun run : runs) if (run != null) run.close();
    }
  }
}
