package dev.halftone.train.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.torch.TorchTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator gives what ONNX Runtime gives. */
final class OperatorContractTest {
  /**
   * Sums of some hundred products of floats in another order: 2^-24 * 2^7, of the largest value.
   */
  private static final double TOLERANCE = 0x1p-17;

  static Stream<OperatorCase> cases() {
    return Stream.of(
            ElementwiseCases.all(),
            WindowCases.all(),
            ProductCases.all(),
            ShapeCases.all(),
            SelectionCases.all(),
            ResizingCases.all(),
            RecurrentCases.all(),
            NormalizationCases.all(),
            IndexingCases.all())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesWhatOnnxRuntimeGives(OperatorCase operatorCase) {
    Map<String, Tensor> expected;
    try (RunnableModel model =
        RunnableModel.open(operatorCase.model(), List.of(), RunOptions.asWritten())) {
      expected = model.run(operatorCase.fed());
    }
    Map<String, Tensor> found = run(operatorCase);
    assertThat(expected).isNotEmpty();
    expected.forEach((name, tensor) -> assertSame(Objects.requireNonNull(found.get(name)), tensor));
  }

  @Test
  void hasACaseForEachOperator() {
    Set<String> tested = cases().map(OperatorCase::operator).collect(Collectors.toSet());
    // ONNX Runtime has no FakeQuantize: FakeQuantizedTest compares it with two of its operators.
    tested.add("dev.halftone.FakeQuantize");
    // Nor FakeEncode: DecodedWeightsTest compares it with the nodes that decode.
    tested.add("dev.halftone.FakeEncode");
    assertThat(new TreeSet<>(tested)).isEqualTo(Operators.names());
  }

  private static Map<String, Tensor> run(OperatorCase operatorCase) {
    try (TorchGraph graph = TorchGraph.of(operatorCase.model(), List.of());
        PointerScope scope = new PointerScope()) {
      Map<String, org.bytedeco.pytorch.Tensor> inputs = new LinkedHashMap<>();
      operatorCase.fed().forEach((name, value) -> inputs.put(name, TorchTensors.of(value)));
      List<String> outputs =
          operatorCase.model().graph().outputs().stream().map(output -> output.name()).toList();
      Map<String, Tensor> results = new LinkedHashMap<>();
      graph
          .run(inputs, outputs)
          .forEach((name, value) -> results.put(name, TorchTensors.copy(value)));
      return results;
    }
  }

  private static void assertSame(Tensor found, Tensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    assertThat(found.dtype()).isEqualTo(expected.dtype());
    float[] a = found.toFloats();
    float[] b = expected.toFloats();
    double largest = 1;
    for (float value : b) if (Float.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    for (int i = 0; i < b.length; i++) {
      if (Float.isFinite(b[i]))
        assertThat((double) a[i])
            .as("element %d", i)
            .isCloseTo(b[i], org.assertj.core.data.Offset.offset(TOLERANCE * largest));
      else assertThat(a[i]).as("element %d", i).isEqualTo(b[i]);
    }
  }
}
