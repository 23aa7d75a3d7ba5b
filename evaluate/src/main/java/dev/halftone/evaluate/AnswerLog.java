package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.SampleAnswer.Choice;
import dev.halftone.evaluate.metric.ErrorSum;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Keeps the samples on which two models differ most, a bounded number of them. */
final class AnswerLog {
  static final int MOST_WORST = 12;
  static final int MOST_CHANGED = 100;

  private static final Comparator<SampleAnswer> BEST_FIRST =
      Comparator.comparingDouble(SampleAnswer::sqnrDb)
          .thenComparingInt(SampleAnswer::row)
          .reversed();

  private final DataSet data;
  private final PriorityQueue<SampleAnswer> worst = new PriorityQueue<>(BEST_FIRST);
  private final List<SampleAnswer> changed = new ArrayList<>();
  private long changedCount;

  AnswerLog(DataSet data) {
    this.data = data;
  }

  /** Takes in one sample, of the model that is judged and of its reference, in this order. */
  void add(Answer answer) {
    Map<String, Tensor> found = answer.outputs().get(0);
    Map<String, Tensor> expected = answer.outputs().get(1);
    SampleAnswer sample =
        new SampleAnswer(
            answer.row(),
            error(expected, found).sqnrDb(),
            choice(expected),
            choice(found),
            label(answer.row()));
    if (sample.changed() && ++changedCount <= MOST_CHANGED) changed.add(sample);
    if (sample.sqnrDb() >= ErrorSum.MOST_DB) return;
    worst.add(sample);
    if (worst.size() > MOST_WORST) worst.poll();
  }

  SampleAnswers answers() {
    return new SampleAnswers(
        worst.stream().sorted(BEST_FIRST.reversed()).toList(), changed, changedCount);
  }

  private static ErrorSum error(Map<String, Tensor> expected, Map<String, Tensor> found) {
    ErrorSum sum = new ErrorSum();
    expected.forEach(
        (name, right) -> {
          Tensor made = found.get(name);
          if (made == null || !right.dtype().isFloat() || !made.dtype().isFloat()) return;
          if (right.count() == made.count()) sum.add(right, made);
        });
    return sum;
  }

  /** Of the first floating-point output, where all its values are the classes of one answer. */
  private @Nullable Choice choice(Map<String, Tensor> outputs) {
    for (Tensor output : outputs.values()) {
      if (!output.dtype().isFloat()) continue;
      return isChoice(output) ? choice(output.toFloats()) : null;
    }
    return null;
  }

  private boolean isChoice(Tensor output) {
    return switch (data.task()) {
      case Task.Classify classify -> output.count() > 1;
      case Task.Sequence sequence -> oneRow(output);
      case Task.CompareOnly compareOnly -> oneRow(output);
      case Task.Detect detect -> false;
      case Task.Anomaly anomaly -> false;
    };
  }

  private static boolean oneRow(Tensor output) {
    return output.rank() == 2 && output.dimension(0) == 1 && output.count() > 1;
  }

  private static @Nullable Choice choice(float[] values) {
    int best = -1;
    for (int i = 0; i < values.length; i++)
      if (!Float.isNaN(values[i]) && (best < 0 || values[i] > values[best])) best = i;
    return best < 0 ? null : new Choice(best, values[best]);
  }

  private @Nullable Integer label(int row) {
    return data.task() instanceof Task.Classify(int offset)
            && data.targets() instanceof Targets.Classes(List<Integer> classes)
        ? Integer.valueOf(classes.get(row) + offset)
        : null;
  }
}
