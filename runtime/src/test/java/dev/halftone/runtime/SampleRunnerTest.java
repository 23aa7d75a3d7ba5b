package dev.halftone.runtime;

import static dev.halftone.runtime.Models.model;
import static dev.halftone.runtime.Models.node;
import static dev.halftone.runtime.Models.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.Model;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class SampleRunnerTest {
  private static final int SIZE = 53;

  private static Map<String, Tensor> pair(int row) {
    Random random = new Random(row);
    return Map.of(
        "x", Tensor.ofFloats(new float[] {random.nextFloat() - 0.5f, random.nextFloat()}, 1, 2));
  }

  private static List<Answer> answers(
      Model graph, IntFunction<Map<String, Tensor>> sample, int threads) {
    try (RunnableModel model = RunnableModel.open(graph, List.of(), RunOptions.deployed())) {
      List<Answer> answers = new ArrayList<>();
      new SampleRunner(List.of(model), SampleSource.of(SIZE, sample)).run(threads, answers::add);
      return answers;
    }
  }

  private static int rowsAtOnce(Model graph, IntFunction<Map<String, Tensor>> sample) {
    try (RunnableModel model = RunnableModel.open(graph, List.of(), RunOptions.deployed())) {
      return Grouping.of(model, SampleSource.of(SIZE, sample), Grouping.MOST_ROWS).rows();
    }
  }

  @Test
  void answersComeInOrderAndDoNotDependOnThreads() {
    List<Answer> one = answers(Models.perceptron(), SampleRunnerTest::pair, 1);
    List<Answer> three = answers(Models.perceptron(), SampleRunnerTest::pair, 3);
    assertThat(one)
        .extracting(Answer::row)
        .containsExactlyElementsOf(IntStream.range(0, SIZE).boxed().toList());
    try (RunnableModel model =
        RunnableModel.open(Models.perceptron(), List.of(), RunOptions.deployed())) {
      for (int row = 0; row < SIZE; row++) {
        Tensor y = one.get(row).outputs().getFirst().get("y");
        assertThat(y.sameAs(three.get(row).outputs().getFirst().get("y"))).isTrue();
        assertThat(y.sameAs(model.run(pair(row)).get("y"))).as("row %d", row).isTrue();
        assertThat(one.get(row).inputs().get("x").sameAs(pair(row).get("x"))).isTrue();
      }
    }
  }

  @Test
  void batchesWhereTheFirstAxisIsFree() {
    assertThat(rowsAtOnce(Models.perceptron(), SampleRunnerTest::pair)).isEqualTo(16);
  }

  @Test
  void runsOneByOneWhereTheFirstAxisIsTime() {
    Model cumulative =
        model(
            List.of(value("x", DType.FLOAT32, -1, 2)),
            List.of(value("y", DType.FLOAT32, -1, 2)),
            Map.of("axis", Tensor.ofInts(new int[] {0})),
            node("CumSum", List.of("x", "axis"), List.of("y")));
    assertThat(rowsAtOnce(cumulative, SampleRunnerTest::pair)).isEqualTo(1);
  }

  /**
   * {@code y = max(x, half the batch's largest)}: only small samples are changed by their
   * neighbours.
   */
  private static Model neighbourly() {
    return model(
        List.of(value("x", DType.FLOAT32, -1, 2)),
        List.of(value("y", DType.FLOAT32, -1, 2)),
        Map.of("half", Tensor.ofFloats(new float[] {0.5f}, 1)),
        node("ReduceMax", List.of("x"), List.of("m"), "axes", new long[] {0}),
        node("Mul", List.of("m", "half"), List.of("h")),
        node("Max", List.of("x", "h"), List.of("y")));
  }

  private static Map<String, Tensor> smallInTheMiddle(int row) {
    float value = row == 5 ? 0.1f : 1;
    return Map.of("x", Tensor.ofFloats(new float[] {value, value}, 1, 2));
  }

  @Test
  void runsOneByOneWhereOneSampleInTheMiddleIsChangedByItsNeighbours() {
    assertThat(rowsAtOnce(neighbourly(), SampleRunnerTest::smallInTheMiddle)).isEqualTo(1);
  }

  @Test
  void modelsThatAreComparedAreBatchedAlike() {
    SampleSource source = SampleSource.of(SIZE, SampleRunnerTest::smallInTheMiddle);
    try (RunnableModel free =
            RunnableModel.open(Models.perceptron(), List.of(), RunOptions.deployed());
        RunnableModel bound = RunnableModel.open(neighbourly(), List.of(), RunOptions.deployed())) {
      assertThat(Grouping.of(List.of(free, bound), source, Grouping.MOST_ROWS))
          .extracting(Grouping::rows)
          .containsExactly(1, 1);
      assertThat(Grouping.of(List.of(free, free), source, Grouping.MOST_ROWS))
          .extracting(Grouping::rows)
          .containsExactly(16, 16);
    }
  }

  @Test
  void runsOneByOneWhereScalesAreComputedOverTheBatch() {
    Model dynamic =
        model(
            List.of(value("x", DType.FLOAT32, -1, 2)),
            List.of(value("y", DType.FLOAT32, -1, 2)),
            Map.of(),
            node("DynamicQuantizeLinear", List.of("x"), List.of("q", "s", "z")),
            node("DequantizeLinear", List.of("q", "s", "z"), List.of("y")));
    assertThat(rowsAtOnce(dynamic, SampleRunnerTest::pair)).isEqualTo(1);
  }

  @Test
  void runsOneByOneWhereOutputsHaveNoRows() {
    Model sum =
        model(
            List.of(value("x", DType.FLOAT32, -1, 2)),
            List.of(value("y", DType.FLOAT32, 1, 1)),
            Map.of(),
            node("ReduceSum", List.of("x"), List.of("y")));
    assertThat(rowsAtOnce(sum, SampleRunnerTest::pair)).isEqualTo(1);
    assertThat(answers(sum, SampleRunnerTest::pair, 2)).hasSize(SIZE);
  }

  @Test
  void fillsUpAFixedBatch() {
    Model four =
        model(
            List.of(value("x", DType.FLOAT32, 4, 2)),
            List.of(value("y", DType.FLOAT32, 4, 2)),
            Map.of(),
            node("Relu", List.of("x"), List.of("y")));
    assertThat(rowsAtOnce(four, SampleRunnerTest::pair)).isEqualTo(4);
    List<Answer> answers = answers(four, SampleRunnerTest::pair, 2);
    assertThat(answers).hasSize(SIZE);
    float[] last = pair(SIZE - 1).get("x").toFloats();
    assertThat(answers.getLast().outputs().getFirst().get("y").toFloats())
        .containsExactly(Math.max(0, last[0]), last[1]);
  }

  @Test
  void carriesStateFromRowToRowAndStartsAfresh() {
    Model adder =
        model(
            List.of(value("x", DType.FLOAT32, 1), value("state", DType.FLOAT32, 1)),
            List.of(value("sum", DType.FLOAT32, 1)),
            Map.of(),
            node("Add", List.of("x", "state"), List.of("sum")));
    IntFunction<Map<String, Tensor>> sample =
        row ->
            Map.of(
                "x",
                Tensor.ofFloats(new float[] {row}, 1),
                "state",
                Tensor.ofFloats(new float[] {100}, 1));
    List<Float> sums = new ArrayList<>();
    try (RunnableModel model = RunnableModel.open(adder, List.of(), RunOptions.deployed())) {
      new SampleRunner(
              List.of(model), new SampleSource(5, sample, Map.of("state", "sum"), Set.of(3)))
          .run(2, answer -> sums.add(answer.outputs().getFirst().get("sum").floatAt(0)));
    }
    assertThat(sums).containsExactly(100f, 101f, 103f, 103f, 107f);
  }

  @Test
  void passesOnWhatASampleThrows() {
    IntFunction<Map<String, Tensor>> broken =
        row -> {
          if (row == 40) throw new MalformedDataException("photo.jpg", "not a JPEG");
          return pair(row);
        };
    assertThatThrownBy(() -> answers(Models.perceptron(), broken, 2))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("photo.jpg");
  }
}
