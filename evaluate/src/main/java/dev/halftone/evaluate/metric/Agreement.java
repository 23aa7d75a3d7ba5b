package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import dev.halftone.data.Task;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Share, from 0 to 1, of answers that are the same as the reference's, of the first floating-point
 * output. What an answer is depends on the output's shape: the index of the largest value of one
 * sample; of each position along the last axis, for rank 3; the side of 0.5, for single
 * probabilities. Reports {@code agreement}; nothing for outputs that are pictures.
 */
public final class Agreement implements Metric {
  /** Compares with a reference wherever outputs are choices. */
  public static final class Kind implements MetricKind {
    @Override
    public Map<String, String> meanings() {
      return Map.of("agreement", "answers that are the same as the reference's, 0 to 1");
    }

    @Override
    public @Nullable Metric start(DataSet data, boolean withReference) {
      if (!withReference) return null;
      return switch (data.task()) {
        case Task.Classify classify -> new Agreement(true);
        case Task.Sequence sequence -> new Agreement(false);
        case Task.CompareOnly compareOnly -> new Agreement(false);
        case Task.Detect detect -> null;
        case Task.Anomaly anomaly -> null;
      };
    }
  }

  private final boolean wholeSample;
  private long answers;
  private long same;

  /**
   * @param wholeSample whether all values of a sample are the classes of one answer, whatever the
   *     shape
   */
  public Agreement(boolean wholeSample) {
    this.wholeSample = wholeSample;
  }

  @Override
  public void add(Answer answer) {
    Tensor quantized = Outputs.answer(answer.outputs().get(Side.QUANTIZED.index()));
    Tensor reference = Outputs.answer(answer.outputs().get(Side.REFERENCE.index()));
    if (quantized.count() != reference.count()) {
      answers++; // Another number of answers is another answer.
      return;
    }
    if (reference.count() == 0) return;
    float[] found = quantized.toFloats();
    float[] expected = reference.toFloats();
    int classes = wholeSample ? expected.length : classes(reference);
    if (classes == 1) {
      addSides(found, expected);
    } else if (classes > 1) {
      addTops(found, expected, classes);
    }
  }

  /** Values that compete for one answer; 0 when the output is no choice. */
  private static int classes(Tensor output) {
    return switch (output.rank()) {
      case 0, 1 -> 1;
      case 2, 3 -> (int) output.dimension(-1);
      default ->
          output.count() == output.dimension(0) * output.dimension(1)
              ? (int) output.dimension(1)
              : 0;
    };
  }

  private void addTops(float[] found, float[] expected, int classes) {
    for (int from = 0; from < expected.length; from += classes) {
      answers++;
      if (Outputs.top(found, from, classes) == Outputs.top(expected, from, classes)) same++;
    }
  }

  private void addSides(float[] found, float[] expected) {
    for (float value : expected) if (!(value >= 0 && value <= 1)) return;
    for (int i = 0; i < expected.length; i++) {
      answers++;
      if (found[i] >= 0.5f == expected[i] >= 0.5f) same++;
    }
  }

  @Override
  public void report(Map<String, Double> metrics, List<String> warnings) {
    if (answers > 0) metrics.put("agreement", (double) same / answers);
  }
}
