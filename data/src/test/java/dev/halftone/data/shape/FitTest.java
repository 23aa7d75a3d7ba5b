package dev.halftone.data.shape;

import static dev.halftone.data.TestData.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitTest {
  private static ValueInfo wanting(String axes) {
    Object[] parsed =
        axes.isEmpty()
            ? new Object[0]
            : Arrays.stream(axes.split(" "))
                .map(axis -> axis.matches("\\d+") ? (Object) Integer.valueOf(axis) : axis)
                .toArray();
    return input("x", DType.FLOAT32, parsed);
  }

  private static Tensor sample(String axes) {
    long[] shape =
        axes.isEmpty()
            ? new long[0]
            : Arrays.stream(axes.split(" ")).mapToLong(Long::parseLong).toArray();
    return Tensor.ofFloats(new float[(int) Tensor.elements(shape)], shape);
  }

  @ParameterizedTest
  @CsvSource({
    "N 3 4, 3 4, 1 3 4", "1 3 4, 3 4, 1 3 4", "N 3 4, 1 3 4, 1 3 4", "1 1 28 28, 28 28, 1 1 28 28",
    "N C H H, 28 28, 1 1 28 28", "N 40 30 1, 40 30, 1 40 30 1", "64 24, 64 24, 64 24", "'', '', ''",
    "N 1, '', 1 1", "N 5, 1 5 1, 1 5", "N T, 7, 1 7", "2 N 128, 2 1 128, 2 1 128"
  })
  void axesOfSizeOneAreAddedAndLeftOut(String wanted, String found, String expected) {
    long[] shape = new Fit(wanting(wanted)).sample(sample(found), "f").shape();
    assertThat(shape).isEqualTo(sample(expected).shape());
  }

  @ParameterizedTest
  @CsvSource({
    "N 3, 4",
    "N 3, 2 3",
    "N T, 2 3",
    "1 28 28, 784",
    "'', 2",
    "N 3 4, 4 3",
    "N H W, 2 3 4"
  })
  void otherShapesAreRefused(String wanted, String found) {
    assertThatThrownBy(() -> new Fit(wanting(wanted)).sample(sample(found), "file"))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageStartingWith("file: a sample of shape")
        .hasMessageContaining("does not fit the model's input x");
  }

  @Test
  void ofAnUnknownRankOnlyTheBatchIsAdded() {
    Fit fit = new Fit(new ValueInfo("x", new TensorType(DType.FLOAT32, null)));
    assertThat(fit.sample(sample("2 3"), "f").shape()).containsExactly(1, 2, 3);
  }

  private static Tensor cast(Tensor in, DType to) {
    return Cast.to(to, in, "file");
  }

  @Test
  void integersWiden() {
    Tensor shorts = cast(Tensor.ofInts(new int[] {-3, 70000}, 2), DType.INT64);
    assertThat(shorts.toLongs()).containsExactly(-3, 70000);
    assertThat(cast(shorts, DType.FLOAT32).toFloats()).containsExactly(-3, 70000);
    assertThat(cast(shorts, DType.FLOAT64).toFloats()).containsExactly(-3, 70000);
  }

  @Test
  void whatAnIntegerTypeDoesNotHoldIsRefused() {
    assertThat(cast(Tensor.ofFloats(new float[] {0, 255}, 2), DType.UINT8).toLongs())
        .containsExactly(0, 255);
    for (float wrong : new float[] {-1, 256, 0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> cast(Tensor.scalar(wrong), DType.UINT8))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining("which UINT8 does not hold");
    }
    assertThatThrownBy(() -> cast(Tensor.ofLongs(new long[] {1L << 31}, 1), DType.INT32))
        .hasMessageContaining("element 0 is 2147483648, which INT32 does not hold");
  }

  @Test
  void halvesRoundToEvenAndMayNotOverflow() {
    assertThat(cast(Tensor.ofFloats(new float[] {2049, 2051}, 2), DType.FLOAT16).toFloats())
        .containsExactly(2048, 2052);
    assertThatThrownBy(() -> cast(Tensor.scalar(70000), DType.FLOAT16))
        .hasMessageContaining("beyond the range of FLOAT16");
  }

  @Test
  void brainFloatsRoundToEven() {
    float[] values = {1, 0x1.01p0f, 0x1.03p0f, -0x1.018p0f, Float.NaN, Float.NEGATIVE_INFINITY};
    assertThat(cast(Tensor.ofFloats(values, 6), DType.BFLOAT16).toFloats())
        .containsExactly(1, 1, 0x1.04p0f, -0x1.02p0f, Float.NaN, Float.NEGATIVE_INFINITY);
  }

  @Test
  void booleansAreWhatIsNotZero() {
    assertThat(cast(Tensor.ofFloats(new float[] {0, -2, 0.1f}, 3), DType.BOOL).toLongs())
        .containsExactly(0, 1, 1);
  }
}
