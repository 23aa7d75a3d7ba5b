package dev.halftone.evaluate.metric;

import static dev.halftone.evaluate.metric.Answers.answer;
import static dev.halftone.evaluate.metric.Answers.report;
import static dev.halftone.evaluate.metric.Answers.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.MetricNames;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A metric that does not come with Halftone: the output values that are not zero. */
class MetricKindsTest {
  /** Listed in the services of these tests. Judges sequences that have labels. */
  public static final class NonZeroKind implements MetricKind {
    @Override
    public Map<String, String> meanings() {
      return Map.of("non_zero", "output values that are not zero");
    }

    @Override
    public @Nullable Metric start(DataSet data, boolean withReference) {
      return data.task() instanceof Task.Sequence && data.targets() instanceof Targets.Classes
          ? new NonZero(Side.of(withReference))
          : null;
    }
  }

  private static final class NonZero implements Metric {
    private final List<Side> sides;
    private final double[] counts = new double[2];

    NonZero(List<Side> sides) {
      this.sides = sides;
    }

    @Override
    public void add(Answer answer) {
      for (int side = 0; side < sides.size(); side++)
        for (float value : Outputs.answer(answer.outputs().get(side)).toFloats())
          if (value != 0) counts[side]++;
    }

    @Override
    public void report(Map<String, Double> metrics, List<String> warnings) {
      for (Side side : sides) metrics.put("non_zero" + side.suffix(), counts[side.index()]);
    }
  }

  private static DataSet data(Task task, @Nullable Targets targets) {
    Samples one =
        new Samples() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", Answers.row(row));
          }
        };
    return new DataSet(one, targets, task, Map.of(), Set.of(), "none");
  }

  private static List<Class<?>> started(Task task, @Nullable Targets targets, boolean reference) {
    return MetricKinds.start(data(task, targets), reference).stream()
        .<Class<?>>map(Object::getClass)
        .toList();
  }

  @Test
  void aPluggedInMetricJudgesBesideTheOthers() {
    Targets labels = new Targets.Classes(List.of(1));
    List<Metric> metrics = MetricKinds.start(data(new Task.Sequence(), labels), true);
    Metric nonZero = metrics.stream().filter(NonZero.class::isInstance).findFirst().orElseThrow();
    nonZero.add(answer(0, row(0, -0f, Float.NaN, 2), row(1, 0, 0, 0)));
    assertThat(report(nonZero))
        .containsExactly(
            Map.entry("non_zero.quantized", 2.0), Map.entry("non_zero.reference", 1.0));
    assertThat(metrics).hasSize(3);
    assertThat(MetricNames.meaning("non_zero.reference"))
        .isEqualTo("output values that are not zero; of the reference");
  }

  @Test
  void eachTaskHasItsOwn() {
    Targets classes = new Targets.Classes(List.of(1));
    Targets anomalies = new Targets.Anomalies(List.of(0), List.of(true));
    Targets boxes = new Targets.Boxes(List.of(List.of()));
    Task detect = new Task.Detect("rows", Map.of());
    assertThat(started(new Task.Classify(0), classes, true))
        .containsExactly(ClassAccuracy.class, Agreement.class, OutputError.class);
    assertThat(started(new Task.Classify(0), classes, false)).containsExactly(ClassAccuracy.class);
    assertThat(started(new Task.Classify(0), null, false)).isEmpty();
    assertThat(started(detect, boxes, true))
        .containsExactly(DetectionPrecision.class, OutputError.class);
    assertThat(started(new Task.Anomaly(), anomalies, true))
        .containsExactly(AnomalyArea.class, OutputError.class);
    assertThat(started(new Task.Sequence(), null, true))
        .containsExactly(Agreement.class, OutputError.class);
    assertThat(started(new Task.CompareOnly(), null, false)).isEmpty();
  }

  @Test
  void refusesTwoOfOneName() {
    List<MetricKind> twice = List.of(new NonZeroKind(), new NonZeroKind());
    assertThatThrownBy(() -> MetricKinds.meanings(twice))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("two metrics named \"non_zero\"");
  }
}
