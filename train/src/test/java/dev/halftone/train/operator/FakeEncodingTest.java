package dev.halftone.train.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.graph.Node;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.ScaledNumbers;
import dev.halftone.scheme.CodeRange;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values and gradients beside those of the definition, one element at a time. */
final class FakeEncodingTest {
  private static final TorchOperator OPERATOR =
      Objects.requireNonNull(FakeEncoding.all().get("dev.halftone.FakeEncode"));

  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static CodeFormat format(String name) {
    NumberFormat numbers = NumberFormat.parse(name);
    return numbers instanceof IntegerFormat integers
        ? new IntegerGrid(
            integers, true, integers.bits() == 8 ? CodeRange.RESTRICTED : CodeRange.FULL)
        : new ScaledNumbers(numbers);
  }

  @ParameterizedTest
  @CsvSource({
    "int8, 5, 24, 1, 24",
    "int4, 5, 24, 1, 8",
    "int3, 1, 24, 7, 8",
    "int4, 2, 10, 3, 4",
    "ternary, 1, 60, 1, 60",
    "fp8-e4m3, 5, 24, 1, 24",
    "fp8-e5m2, 2, 24, 1, 8",
    "fp6-e2m3, 1, 24, 7, 8",
    "fp6-e3m2, 1, 24, 7, 24",
    "fp4-e2m1, 5, 24, 1, 7",
    "log2, 5, 24, 1, 24",
    "log4, 5, 24, 1, 24",
    "log4h, 1, 24, 5, 8",
    "nf4, 5, 24, 1, 24",
    "codebook:3, 5, 24, 1, 24"
  })
  void isWhatItsDefinitionSays(String name, int outer, int length, int inner, int block) {
    CodeFormat format = format(name);
    CodeLayout layout = new CodeLayout(outer, length, inner, block, false, false);
    Node node = FakeEncoding.node(List.of("x", "s"), "y", format, layout);
    NumberFormat numbers = FakeEncoding.numbers(node);
    Random random = new Random(length * 31L + inner);
    float[] x = new float[outer * length * inner];
    float[] weights = new float[x.length];
    float[] scales = new float[(int) layout.scales()];
    for (int i = 0; i < scales.length; i++) scales[i] = 0.25f + random.nextFloat();
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (numbers.highest() * random.nextGaussian());
      weights[i] = (float) random.nextGaussian();
    }
    float[] y = new float[x.length];
    float[] dx = new float[x.length];
    double[] dscale = new double[scales.length];
    int blocks = Math.ceilDiv(length, block);
    for (int o = 0; o < outer; o++) {
      for (int l = 0; l < length; l++) {
        for (int k = 0; k < inner; k++) {
          int i = (o * length + l) * inner + k;
          int s = (o * blocks + l / block) * inner + k;
          float v = x[i] / scales[s];
          float q = numbers.decode(numbers.encode(v));
          double end = numbers instanceof IntegerFormat ? Math.rint(v) : v;
          boolean inside = end >= numbers.lowest() && end <= numbers.highest();
          y[i] = q * scales[s];
          dx[i] = inside ? weights[i] : 0;
          dscale[s] += (double) weights[i] * (inside ? q - v : q);
        }
      }
    }
    try (PointerScope scope = new PointerScope()) {
      var value = TorchTensors.of(Tensor.ofFloats(x, outer, length, inner));
      var scale = TorchTensors.of(Tensor.ofFloats(scales, scales.length));
      value.set_requires_grad(true);
      scale.set_requires_grad(true);
      var inputs = List.of(value, scale);
      var result =
          OPERATOR
              .apply(new Call(node, 21, new ArrayList<>(inputs), new Backward(scope)))
              .getFirst();
      assertThat(TorchTensors.copy(result).toFloats()).isEqualTo(y);
      result.mul(TorchTensors.of(Tensor.ofFloats(weights, outer, length, inner))).sum().backward();
      assertThat(TorchTensors.copy(value.grad()).toFloats()).isEqualTo(dx);
      float[] found = TorchTensors.copy(scale.grad()).toFloats();
      for (int s = 0; s < scales.length; s++)
        assertThat((double) found[s])
            .isCloseTo(dscale[s], within(1e-5 * (1 + Math.abs(dscale[s]))));
    }
  }
}
