package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.detect.BoxDecoder;
import dev.halftone.graph.Graph;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class EvaluatorTest {
  private static final EvaluateOptions OPTIONS =
      new EvaluateOptions(2, RunOptions.deployed(), false, Progress.NONE);

  @TempDir Path folder;
  private Path reference;
  private Targets.Classes labels;

  /** Labels are the reference's own answers, but for the first ten samples. */
  @BeforeEach
  void writeTheReference() {
    reference = Fixtures.write(folder, "reference", Fixtures.classifier());
    DataSet data = Fixtures.data(new Task.CompareOnly(), null);
    int[] answers = new int[Fixtures.SAMPLES];
    try (RunnableModel model = RunnableModel.open(reference, RunOptions.deployed())) {
      for (int row = 0; row < answers.length; row++) {
        float[] scores = model.run(data.samples().get(row)).get("scores").toFloats();
        int top =
            scores[0] >= scores[1] && scores[0] >= scores[2] ? 0 : scores[1] >= scores[2] ? 1 : 2;
        answers[row] = row < 10 ? (top + 1) % 3 : top;
      }
    }
    labels = Fixtures.labels(answers);
  }

  private Evaluation evaluate(
      Path model, @Nullable Path against, Task task, @Nullable Targets targets) {
    return Evaluator.evaluate(model, against, Fixtures.data(task, targets), OPTIONS);
  }

  @Test
  void oneModelAlone() throws Exception {
    Evaluation evaluation = evaluate(reference, null, new Task.Classify(0), labels);
    assertThat(evaluation.metrics())
        .containsEntry("top1", 75.0)
        .containsEntry("bytes", (double) Files.size(reference));
    assertThat(evaluation.metrics()).containsOnlyKeys("bytes", "top1", "top1.low", "top1.high");
    assertThat(evaluation.warnings()).isEmpty();
  }

  @Test
  void besideABaselineItSaysTheSameAsBesideTheReference() {
    Path model = Fixtures.write(folder, "coarse", Fixtures.quantized(0.2f));
    DataSet data = Fixtures.data(new Task.Classify(0), labels);
    try (Baseline baseline = Baseline.run(reference, data, OPTIONS)) {
      for (int round = 0; round < 2; round++) {
        assertThat(Evaluator.evaluate(model, baseline, OPTIONS))
            .isEqualTo(Evaluator.evaluate(model, reference, data, OPTIONS));
      }
      assertThat(baseline.evaluation())
          .isEqualTo(Evaluator.evaluate(reference, null, data, OPTIONS));
    }
  }

  @Test
  void besideItsReference() throws Exception {
    Path model = Fixtures.write(folder, "coarse", Fixtures.quantized(0.2f));
    Map<String, Double> metrics =
        evaluate(model, reference, new Task.Classify(0), labels).metrics();
    assertThat(metrics)
        .containsEntry("top1.reference", 75.0)
        .containsEntry("size.ratio", (double) Files.size(model) / Files.size(reference));
    assertThat(metrics.get("agreement")).isBetween(0.5, 0.999);
    assertThat(metrics.get("sqnr_db")).isBetween(3.0, 30.0);
    assertThat(metrics.get("top1.drop")).isEqualTo(75 - metrics.get("top1.quantized"));
    assertThat(metrics.keySet()).allMatch(name -> MetricNames.meaning(name) != null);
  }

  @Test
  void doesNotDependOnThreads() {
    Path model = Fixtures.write(folder, "coarse", Fixtures.quantized(0.1f));
    DataSet data = Fixtures.data(new Task.Classify(0), labels);
    EvaluateOptions one = new EvaluateOptions(1, RunOptions.deployed(), false, Progress.NONE);
    assertThat(Evaluator.evaluate(model, reference, data, one))
        .isEqualTo(Evaluator.evaluate(model, reference, data, OPTIONS));
  }

  @Test
  void halfPrecisionIsFedTheSameSamples() {
    Path model = Fixtures.write(folder, "half", Fixtures.half());
    Map<String, Double> metrics =
        evaluate(model, reference, new Task.Classify(0), labels).metrics();
    assertThat(metrics.get("sqnr_db")).isBetween(50.0, 90.0);
    assertThat(metrics).containsEntry("agreement", 1.0);
  }

  @Test
  void measuresLatencyOfBoth() {
    DataSet data = Fixtures.data(new Task.CompareOnly(), null);
    EvaluateOptions timed = new EvaluateOptions(1, RunOptions.deployed(), true, Progress.NONE);
    Map<String, Double> metrics = Evaluator.evaluate(reference, reference, data, timed).metrics();
    assertThat(metrics.get("latency_ms.reference")).isPositive();
    assertThat(metrics.get("latency_ms.quantized")).isPositive();
    assertThat(metrics.get("speedup"))
        .isBetween(metrics.get("speedup.low"), metrics.get("speedup.high"));
  }

  @Test
  void saysWhenThereIsNothingToJudgeBy() {
    assertThat(evaluate(reference, null, new Task.CompareOnly(), null).warnings())
        .containsExactly(
            "neither labels for this task nor a reference: nothing to judge the outputs by");
    assertThat(evaluate(reference, reference, new Task.Classify(0), null).warnings())
        .containsExactly("no labels: outputs are only compared with the reference");
  }

  @Test
  void refusesModelsOfOtherInputs() {
    Graph other =
        new Graph(
            "other",
            List.of(Node.of("r", "Relu", List.of("image"), List.of("y"))),
            Map.<String, Tensor>of(),
            List.of(new ValueInfo("image", TensorType.fixed(DType.FLOAT32, 1, 4))),
            List.of(new ValueInfo("y", TensorType.fixed(DType.FLOAT32, 1, 4))),
            List.of(),
            Opaque.NONE);
    Path model = Fixtures.write(folder, "other", other);
    assertThatThrownBy(() -> evaluate(model, reference, new Task.Classify(0), labels))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("its inputs are [image]")
        .hasMessageContaining("are [x]");
  }

  @Test
  void refusesADecoderThatDoesNotExist() {
    Targets.Boxes boxes = new Targets.Boxes(Collections.nCopies(Fixtures.SAMPLES, List.of()));
    assertThatThrownBy(() -> evaluate(reference, null, new Task.Detect("none", Map.of()), boxes))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("no box decoder \"none\"");
    assertThat(BoxDecoder.named("nanodet").name()).isEqualTo("nanodet");
  }
}
