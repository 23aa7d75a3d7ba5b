package dev.halftone.quantize.qoperator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.quantize.Graphs;
import dev.halftone.quantize.Judge;
import dev.halftone.quantize.dequantize.Dequantizer;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operator that the operator form can have is turned back to float. */
class OperatorFormInverseTest {
  private static final long[] IMAGE = {1, 2, 4, 4};
  private static final long[] MATRIX = {4, 4};

  /** Inputs of each operator: {@code d} comes from x, {@code wd} from a weight. */
  private static final Map<String, String> INPUTS =
      Map.ofEntries(
          Map.entry("Add", "d d"),
          Map.entry("AveragePool", "d"),
          Map.entry("Concat", "d d"),
          Map.entry("Conv", "d kd"),
          Map.entry("Expand", "d expanded"),
          Map.entry("Flatten", "d"),
          Map.entry("Gather", "d zero"),
          Map.entry("GatherElements", "d elements"),
          Map.entry("Gemm", "d wd bd"),
          Map.entry("GlobalAveragePool", "d"),
          Map.entry("LeakyRelu", "d"),
          Map.entry("MatMul", "d wd"),
          Map.entry("MaxPool", "d"),
          Map.entry("Mul", "d d"),
          Map.entry("Reshape", "d shape"),
          Map.entry("Resize", "d  twice"),
          Map.entry("Sigmoid", "d"),
          Map.entry("Slice", "d zero one"),
          Map.entry("Squeeze", "d zero"),
          Map.entry("Tile", "d repeats"),
          Map.entry("Transpose", "d"),
          Map.entry("Unsqueeze", "d zero"),
          Map.entry("Where", "condition d d"));

  private static final Map<String, Object[]> ATTRIBUTES =
      Map.of(
          "AveragePool", new Object[] {"kernel_shape", new int[] {2, 2}},
          "Concat", new Object[] {"axis", 1},
          "MaxPool", new Object[] {"kernel_shape", new int[] {2, 2}});

  static Stream<String> operators() {
    return OperatorForm.operators().stream();
  }

  @Test
  void everyOperatorIsTried() {
    assertThat(INPUTS.keySet()).isEqualTo(OperatorForm.operators());
  }

  @ParameterizedTest
  @MethodSource("operators")
  void anOperatorOfQuantizedResult(String operator) {
    Graphs graphs =
        before(operator)
            .node("QuantizeLinear", "r s z", "rq")
            .node("DequantizeLinear", "rq s z", "y");
    check(operator, graphs.model(13));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Gemm", "MatMul"})
  void aProductThatGivesFloats(String operator) {
    check(operator, before(operator).node("Identity", "r", "y").model(13), "Identity");
  }

  private static long[] shape(String operator) {
    return operator.equals("Gemm") ? MATRIX : IMAGE;
  }

  private static Graphs before(String operator) {
    return new Graphs(3)
        .input("x", shape(operator))
        .output("y")
        .constant("s", Tensor.scalar(0.03f))
        .constant("z", Tensor.ofBytes(DType.UINT8, new byte[] {(byte) 128}))
        .constant("ws", Tensor.scalar(0.01f))
        .constant("bs", Tensor.scalar(0.01f * 0.03f))
        .constant("wz", Tensor.ofBytes(DType.INT8, new byte[1]))
        .constant("w", codes(4, 4))
        .constant("k", codes(2, 2, 1, 1))
        .constant("b", Tensor.ofInts(new int[] {100, -2000, 300, 0}, 4))
        .constant("bz", Tensor.ofInts(new int[1]))
        .constant("zero", Tensor.ofLongs(new long[1], 1))
        .constant("one", Tensor.ofLongs(new long[] {1}, 1))
        .constant("shape", Tensor.ofLongs(new long[] {2, 16}, 2))
        .constant("expanded", Tensor.ofLongs(new long[] {3, 2, 4, 4}, 4))
        .constant("repeats", Tensor.ofLongs(new long[] {2, 1, 1, 1}, 4))
        .constant("elements", Tensor.ofLongs(new long[4], 1, 2, 2, 1))
        .constant("twice", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4))
        .constant("condition", Tensor.ofBytes(DType.BOOL, new byte[] {1, 0, 0, 1}, 4))
        .node("QuantizeLinear", "x s z", "q")
        .node("DequantizeLinear", "q s z", "d")
        .node("DequantizeLinear", "w ws wz", "wd")
        .node("DequantizeLinear", "k ws wz", "kd")
        .node("DequantizeLinear", "b bs bz", "bd")
        .node(
            operator,
            INPUTS.getOrDefault(operator, ""),
            "r",
            ATTRIBUTES.getOrDefault(operator, new Object[0]));
  }

  private static Tensor codes(long... shape) {
    byte[] bytes = new byte[Math.toIntExact(Tensor.elements(shape))];
    new Random(5).nextBytes(bytes);
    // Sums of two products do not saturate on any processor.
    for (int i = 0; i < bytes.length; i++) bytes[i] /= 2;
    return Tensor.ofBytes(DType.INT8, bytes, shape);
  }

  private static void check(String operator, Model qdq, String... after) {
    Model form =
        qdq.withGraph(OperatorForm.of(qdq.graph(), node -> true)).withOpset("com.microsoft", 1);
    assertThat(Judge.operators(form)).containsOnlyOnce("QuantizeLinear");
    Model floats = Dequantizer.toFloat(form);
    assertThat(QuantizedParts.of(floats).parts()).isEmpty();
    List<String> expected = Stream.concat(Stream.of(operator), Stream.of(after)).toList();
    assertThat(Judge.operators(floats)).isEqualTo(expected);
    assertThat(Judge.sqnr(form, floats, Map.of("x", samples(shape(operator))))).isGreaterThan(25);
  }

  /** Around 0.5, so that means are far above the rounding. */
  private static Tensor samples(long[] shape) {
    float[] values = Graphs.normal(new Random(2), 0.5, shape).toFloats();
    for (int i = 0; i < values.length; i++) values[i] += 0.5f;
    return Tensor.ofFloats(values, shape);
  }
}
