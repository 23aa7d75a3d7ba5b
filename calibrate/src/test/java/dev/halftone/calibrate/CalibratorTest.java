package dev.halftone.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.kernels.FiniteRange;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CalibratorTest {
  private static final Set<String> VALUES = Set.of("x", "product", "hidden", "logits");

  private static final List<Request> REQUESTS =
      List.of(Request.RANGE, Request.HISTOGRAM, Request.MOMENTS, Request.channels(-1));

  private static Map<String, Request> all(Set<String> names, Request request) {
    Map<String, Request> requests = new LinkedHashMap<>();
    names.stream().sorted().forEach(name -> requests.put(name, request));
    return requests;
  }

  private static CalibrationResult calibrate(
      Model model, Set<String> names, Request request, DataSet data) {
    return Calibrator.calibrate(model, all(names, request), data, 2, Progress.NONE);
  }

  private static Statistics of(CalibrationResult result, String name) {
    return Objects.requireNonNull(result.statistics().get(name));
  }

  /** Statistics of a value by running the model plainly, one sample after the other. */
  private static Statistics plainly(Model model, String name, Request request, DataSet data) {
    Observer observer = new Observer(request);
    try (RunnableModel runnable =
        RunnableModel.open(model, List.of(name), RunOptions.asWritten())) {
      for (int row = 0; row < data.size(); row++) {
        Tensor value = runnable.run(data.samples().get(row)).get(name);
        observer.observe(Objects.requireNonNull(value), new Workspace());
      }
    }
    return observer.statistics();
  }

  @Test
  void everyKindOfRequestSeesWhatAPlainRunGives() {
    Model model = Models.perceptron();
    DataSet data = Models.rows(50, 16);
    for (Request request : REQUESTS) {
      CalibrationResult result = calibrate(model, VALUES, request, data);
      assertThat(result.statistics()).containsOnlyKeys(VALUES);
      for (String name : List.of("product", "hidden", "logits")) {
        assertThat(of(result, name)).as(name).isEqualTo(plainly(model, name, request, data));
      }
      assertThat(of(result, "x").values().finite()).isEqualTo(50 * 16);
      assertThat(result.types().get("hidden")).isEqualTo(TensorType.fixed(DType.FLOAT32, 1, 32));
    }
  }

  @Test
  void neitherThreadsNorRoundsNorTheMixOfRequestsShow() {
    Model model = Models.perceptron();
    DataSet data = Models.rows(37, 16);
    Map<String, Request> requests =
        all(VALUES, Request.HISTOGRAM.plus(Request.MOMENTS).plus(Request.channels(1)));
    CalibrationResult expected = Calibrator.calibrate(model, requests, data, 1, Progress.NONE);
    for (int threads : new int[] {2, 5, 64}) {
      assertThat(Calibrator.calibrate(model, requests, data, threads, Progress.NONE))
          .isEqualTo(expected);
    }
    assertThat(Calibrator.calibrate(model, requests, data, 2, Progress.NONE, 1))
        .isEqualTo(expected);
    requests.put("product", Request.RANGE);
    CalibrationResult mixed = Calibrator.calibrate(model, requests, data, 2, Progress.NONE);
    assertThat(of(mixed, "logits")).isEqualTo(of(expected, "logits"));
    assertThat(of(mixed, "product").values()).isEqualTo(of(expected, "product").values());
  }

  @Test
  void anInterruptedCallerDoesNotWaitForAllSamples() {
    int size = 2000;
    Thread caller = Thread.currentThread();
    AtomicInteger read = new AtomicInteger();
    DataSet data =
        Models.data(
            size,
            row -> {
              read.incrementAndGet();
              if (row >= 3) caller.interrupt();
              LockSupport.parkNanos(1_000_000);
              return Map.of("x", Tensor.ofFloats(new float[16], 1, 16));
            });
    assertThatThrownBy(() -> calibrate(Models.perceptron(), VALUES, Request.RANGE, data))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read.get()).isLessThan(size);
  }

  @Test
  void valuesThatAreNotFiniteAreCountedAndPassedOver() {
    Model model =
        Models.model(
            List.of(Models.value("x", DType.FLOAT32, -1, 4)),
            List.of("log"),
            Map.of(),
            Models.node("Log", List.of("x"), "log"));
    float[][] samples = {{1, -1, 0, (float) Math.E}, {1, 1, 1, 1}, {-1, -1, -1, -1}};
    DataSet data = Models.data(3, row -> Map.of("x", Tensor.ofFloats(samples[row], 1, 4)));
    for (Request request : REQUESTS) {
      Statistics seen = of(calibrate(model, Set.of("log"), request, data), "log");
      assertThat(seen.values().nan()).isEqualTo(5);
      assertThat(seen.values().infinite()).isEqualTo(1);
      assertThat(seen.values().finite()).isEqualTo(6);
      assertThat(seen.values().min()).isZero();
      assertThat(seen.values().max()).isEqualTo(1f);
      assertThat(seen.samples()).isEqualTo(2);
    }
  }

  @Test
  void aSumBeyondAllFloatsIsNoReasonToLoseTheRange() {
    Model model =
        Models.model(
            List.of(Models.value("x", DType.FLOAT32, -1, 2)),
            List.of("y"),
            Map.of(),
            Models.node("Abs", List.of("x"), "y"));
    DataSet data =
        Models.data(1, row -> Map.of("x", Tensor.ofFloats(new float[] {3e38f, -3e38f}, 1, 2)));
    FiniteRange seen = of(calibrate(model, Set.of("y"), Request.RANGE, data), "y").values();
    assertThat(seen).isEqualTo(new FiniteRange(3e38f, 3e38f, 2, 0, 0));
  }

  @Test
  void everyFloatTypeIsObservedAndOthersHaveATypeOnly() {
    Model model =
        Models.model(
            List.of(Models.value("x", DType.FLOAT32, -1, 16)),
            List.of("half", "double", "brain", "whole", "flag"),
            Map.of("zero", Tensor.scalar(0f)),
            Models.cast("x", "half", 10),
            Models.cast("x", "double", 11),
            Models.cast("x", "brain", 16),
            Models.cast("x", "whole", 7),
            Models.node("Greater", List.of("x", "zero"), "flag"));
    Set<String> names = Set.of("half", "double", "brain", "whole", "flag");
    DataSet data = Models.rows(5, 16);
    for (Request request : REQUESTS) {
      CalibrationResult result = calibrate(model, names, request, data);
      assertThat(result.statistics()).containsOnlyKeys("half", "double", "brain");
      assertThat(result.types()).containsOnlyKeys(names);
      for (String name : List.of("half", "double", "brain")) {
        assertThat(of(result, name)).as(name).isEqualTo(plainly(model, name, request, data));
      }
      assertThat(result.types().get("whole")).isEqualTo(TensorType.fixed(DType.INT64, 1, 16));
    }
  }

  @Test
  void emptyTensorsAndShapesThatChange() {
    Model model =
        Models.model(
            List.of(Models.value("x", DType.FLOAT32, -1, 4)),
            List.of("y"),
            Map.of("zero", Tensor.scalar(0f)),
            Models.node("Greater", List.of("x", "zero"), "positive"),
            Models.node("Compress", List.of("x", "flags"), "y"),
            Models.node("Reshape", List.of("positive", "flat"), "flags"),
            dev.halftone.graph.Node.of("shape", "Constant", List.of(), List.of("flat"))
                .withAttribute(
                    "value_ints", new dev.halftone.graph.Attribute.OfInts(List.of(-1L))));
    float[][] samples = {{1, -1, 2, -1}, {-1, -1, -1, -1}, {5, 6, 7, 8}};
    DataSet data = Models.data(3, row -> Map.of("x", Tensor.ofFloats(samples[row], 1, 4)));
    for (Request request : REQUESTS) {
      CalibrationResult result = calibrate(model, Set.of("y"), request, data);
      assertThat(of(result, "y").values()).isEqualTo(new FiniteRange(1, 8, 6, 0, 0));
      assertThat(of(result, "y").samples()).isEqualTo(2);
      assertThat(result.types().get("y"))
          .isEqualTo(new TensorType(DType.FLOAT32, List.of(new Dimension.Unknown())));
    }
  }

  @Test
  void stateGoesFromRowToRow() {
    Model model =
        Models.model(
            List.of(
                Models.value("x", DType.FLOAT32, 1, 1),
                Models.value("before", DType.FLOAT32, 1, 1)),
            List.of("after"),
            Map.of(),
            Models.node("Add", List.of("x", "before"), "after"));
    Tensor one = Tensor.ofFloats(new float[] {1}, 1, 1);
    Tensor ten = Tensor.ofFloats(new float[] {10}, 1, 1);
    DataSet data =
        Models.stateful(
            5, row -> Map.of("x", one, "before", ten), Map.of("before", "after"), Set.of(0, 3));
    for (Request request : REQUESTS) {
      CalibrationResult result = calibrate(model, Set.of("after", "before"), request, data);
      // Rows 0 to 2 give 11, 12, 13, rows 3 and 4 start anew.
      assertThat(of(result, "after").values()).isEqualTo(new FiniteRange(11, 13, 5, 0, 0));
      assertThat(of(result, "before").values()).isEqualTo(new FiniteRange(10, 12, 5, 0, 0));
      assertThat(of(result, "after").meanHigh()).isEqualTo((11 + 12 + 13 + 11 + 12) / 5f);
    }
  }

  @Test
  void modelsOfAFixedBatchSeeGroupsOfRows() {
    Model model =
        Models.model(
            List.of(Models.value("x", DType.FLOAT32, 4, 2)),
            List.of("y"),
            Map.of(),
            Models.node("Neg", List.of("x"), "y"));
    DataSet data = Models.data(6, row -> Map.of("x", Tensor.ofFloats(new float[] {row, 1}, 1, 2)));
    CalibrationResult result = calibrate(model, Set.of("y"), Request.RANGE, data);
    assertThat(of(result, "y").samples()).isEqualTo(2);
    assertThat(of(result, "y").values()).isEqualTo(new FiniteRange(-5, -0f + 0f, 16, 0, 0));
  }

  @Test
  void theFirstRowThatFailsIsTheOneReported() {
    DataSet data =
        Models.data(
            40,
            row -> {
              if (row >= 7) throw new MalformedDataException("row " + row, "broken");
              return Map.of("x", Tensor.ofFloats(Models.normal(16, row), 1, 16));
            });
    for (Request request : REQUESTS) {
      assertThatThrownBy(
              () ->
                  Calibrator.calibrate(
                      Models.perceptron(), all(VALUES, request), data, 4, Progress.NONE))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("row 7");
    }
  }

  @Test
  void aSampleThatDoesNotFitIsRefused() {
    assertThatThrownBy(
            () -> calibrate(Models.perceptron(), VALUES, Request.RANGE, Models.rows(3, 15)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("\"x\"");
  }

  @Test
  void inputsAloneNeedNoRun() {
    CalibrationResult result =
        calibrate(Models.perceptron(), Set.of("x"), Request.HISTOGRAM, Models.rows(3, 16));
    assertThat(of(result, "x").samples()).isEqualTo(3);
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                calibrate(
                    Models.perceptron(), Set.of("w", "nowhere"), Request.RANGE, Models.rows(1, 16)))
        .withMessageContaining("nowhere")
        .withMessageContaining("w");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> calibrate(Models.perceptron(), VALUES, Request.RANGE, Models.rows(0, 16)));
  }

  @Test
  void progressEndsAtTheTotal() {
    ConcurrentLinkedQueue<long[]> steps = new ConcurrentLinkedQueue<>();
    Calibrator.calibrate(
        Models.perceptron(),
        all(VALUES, Request.HISTOGRAM),
        Models.rows(9, 16),
        2,
        (what, done, total) -> steps.add(new long[] {done, total}));
    assertThat(steps).hasSize(9).anyMatch(step -> step[0] == 9 && step[1] == 9);
  }
}
