package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.statistics.Interval;
import dev.halftone.evaluate.statistics.RocCurve;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Area under the ROC curve of a model that gives its input back: a group of samples scores the mean
 * squared difference of input and output over all its values. Reports {@code auc} with its 95 %
 * interval; with a reference {@code auc.reference}, {@code auc.quantized} and the drop {@code
 * auc.drop} with the interval for the same cases (DeLong).
 */
public final class AnomalyArea implements Metric {
  /** Judges models that give their input back, with labels. */
  public static final class Kind implements MetricKind {
    @Override
    public Map<String, String> meanings() {
      return Map.of("auc", "area under the ROC curve of anomaly scores, 0 to 1");
    }

    @Override
    public @Nullable Metric start(DataSet data, boolean withReference) {
      return data.task() instanceof Task.Anomaly
              && data.targets() instanceof Targets.Anomalies anomalies
          ? new AnomalyArea(anomalies, withReference)
          : null;
    }
  }

  private final Targets.Anomalies targets;
  private final List<Side> sides;
  private final double[][] sums;
  private final long[] counts;
  private int samples;

  public AnomalyArea(Targets.Anomalies targets, boolean withReference) {
    this.targets = targets;
    this.sides = Side.of(withReference);
    this.sums = new double[sides.size()][targets.anomalous().size()];
    this.counts = new long[targets.anomalous().size()];
  }

  /**
   * @throws MalformedDataException if the model's answer has another number of values than its
   *     input
   */
  @Override
  public void add(Answer answer) {
    int group = targets.group().get(answer.row());
    float[] input = Outputs.answer(answer.inputs()).toFloats();
    for (Side side : sides) {
      Tensor output = Outputs.answer(answer.outputs().get(side.index()));
      if (output.count() != input.length) {
        throw new MalformedDataException(
            "task",
            "anomaly wants a model that gives back its input of %d values, found %s"
                .formatted(input.length, output));
      }
      sums[side.index()][group] += squaredDifference(input, output.toFloats());
    }
    counts[group] += input.length;
    samples++;
  }

  private static double squaredDifference(float[] input, float[] output) {
    double sum = 0;
    for (int i = 0; i < input.length; i++) {
      double difference = (double) input[i] - output[i];
      sum += difference * difference;
    }
    return sum;
  }

  @Override
  public void report(Map<String, Double> metrics, List<String> warnings) {
    if (samples == 0) return;
    if (!targets.anomalous().contains(true) || !targets.anomalous().contains(false)) {
      warnings.add("no auc: the labels are all normal or all anomalous");
      return;
    }
    List<RocCurve> curves = new ArrayList<>();
    for (Side side : sides) {
      curves.add(new RocCurve(scores(side, true), scores(side, false)));
      metrics.put("auc" + side.suffix(), curves.getLast().area());
    }
    put(metrics, "auc" + sides.getFirst().suffix(), curves.getFirst().interval());
    if (sides.size() == 2) {
      metrics.put("auc.drop", curves.get(1).area() - curves.get(0).area());
      put(metrics, "auc.drop", curves.get(1).intervalOfDifference(curves.get(0)));
    }
  }

  private static void put(Map<String, Double> metrics, String of, Interval interval) {
    metrics.put(of + ".low", interval.low());
    metrics.put(of + ".high", interval.high());
  }

  private double[] scores(Side side, boolean anomalous) {
    return IntStream.range(0, counts.length)
        .filter(group -> counts[group] > 0 && targets.anomalous().get(group) == anomalous)
        .mapToDouble(group -> score(sums[side.index()][group] / counts[group]))
        .toArray();
  }

  /** A model that gives NaN back is as far from its input as can be. */
  private static double score(double mean) {
    return Double.isNaN(mean) ? Double.POSITIVE_INFINITY : mean;
  }
}
