package dev.halftone.runtime;

import static dev.halftone.runtime.Models.model;
import static dev.halftone.runtime.Models.node;
import static dev.halftone.runtime.Models.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Model;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ReusingRunTest {
  @Test
  void givesWhatRunGivesWhateverCameBefore() {
    try (RunnableModel model =
            RunnableModel.open(Models.perceptron(), List.of("product"), RunOptions.asWritten());
        ReusingRun reusing = model.reusing(List.of())) {
      for (int rows : new int[] {1, 1, 1, 4, 4, 2, 1}) {
        float[] values = new float[rows * 2];
        for (int i = 0; i < values.length; i++) values[i] = i - rows;
        Map<String, Tensor> x = Map.of("x", Tensor.ofFloats(values, rows, 2));
        Map<String, Tensor> expected = model.run(x);
        Map<String, Tensor> actual = reusing.run(x);
        assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach(
            (name, tensor) ->
                assertThat(actual.get(name).sameAs(tensor))
                    .as("%s of %d rows", name, rows)
                    .isTrue());
      }
    }
  }

  @Test
  void writesIntoTheSameMemory() {
    try (RunnableModel model =
            RunnableModel.open(Models.perceptron(), List.of(), RunOptions.asWritten());
        ReusingRun reusing = model.reusing(List.of("y"))) {
      Map<String, Tensor> x = Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2));
      reusing.run(x);
      Tensor second = reusing.run(x).get("y");
      reusing.run(Map.of("x", Tensor.ofFloats(new float[] {0, 0}, 1, 2)));
      assertThat(second.toFloats()).containsExactly(0, 0, 0);
    }
  }

  @Test
  void followsOutputsWhoseShapeDependsOnValues() {
    Model nonZero =
        model(
            List.of(value("x", DType.FLOAT32, 4)),
            List.of(value("y", DType.INT64, 1, -2), value("z", DType.FLOAT32, 4)),
            Map.of(),
            node("NonZero", List.of("x"), List.of("y")),
            node("Relu", List.of("x"), List.of("z")));
    try (RunnableModel model = RunnableModel.open(nonZero, List.of(), RunOptions.asWritten());
        ReusingRun reusing = model.reusing(List.of())) {
      float[][] samples = {{1, 0, 0, 1}, {0, 2, 0, 2}, {3, 3, 3, 0}, {0, 0, 0, 0}, {4, 4, 4, 4}};
      for (float[] sample : samples) {
        Map<String, Tensor> x = Map.of("x", Tensor.ofFloats(sample, 4));
        Map<String, Tensor> outputs = reusing.run(x);
        assertThat(outputs.get("y").sameAs(model.run(x).get("y"))).isTrue();
        assertThat(outputs.get("z").toFloats()).containsExactly(sample);
        assertThat(outputs.keySet()).containsExactly("y", "z");
      }
    }
  }

  @Test
  void repeatsTheLastRun() {
    try (RunnableModel model =
            RunnableModel.open(Models.perceptron(), List.of(), RunOptions.deployed());
        ReusingRun reusing = model.reusing(List.of())) {
      assertThatThrownBy(reusing::repeat).isInstanceOf(IllegalStateException.class);
      Map<String, Tensor> x = Map.of("x", Tensor.ofFloats(new float[] {1, 2}, 1, 2));
      reusing.run(x);
      Tensor y = reusing.run(x).get("y");
      reusing.repeat();
      assertThat(y.toFloats()).containsExactly(2, 5, 0);
    }
  }
}
