package dev.halftone.calibrate.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.kernels.FiniteRange;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ObserverTest {
  @Test
  void countsAndExtremes() {
    Statistics seen =
        Observed.of(
            new float[] {1, -3, Float.NaN, 0}, new float[] {Float.NEGATIVE_INFINITY, 5, -0f});
    assertThat(seen.values()).isEqualTo(new FiniteRange(-3, 5, 5, 1, 1));
    assertThat(seen.samples()).isEqualTo(2);
    assertThat(seen.histogram().count(0) - seen.histogram().countWithoutZeros(0)).isEqualTo(2);
    assertThat(seen.meanLow()).isEqualTo(-1.5f);
    assertThat(seen.meanHigh()).isEqualTo(3f);
  }

  @Test
  void samplesWithoutFiniteElementsDoNotWeighOnTheMean() {
    Statistics seen = Observed.of(new float[] {2, 4}, new float[] {Float.NaN}, new float[0]);
    assertThat(seen.samples()).isEqualTo(1);
    assertThat(seen.meanHigh()).isEqualTo(4f);
    assertThat(Observed.of(new float[] {Float.NaN}).isEmpty()).isTrue();
  }

  @Test
  void theMeanIsExactWhereDoublesWouldCancel() {
    Statistics seen =
        Observed.of(
            new float[] {1e38f},
            new float[] {1f},
            new float[] {-1e38f},
            new float[] {Float.MIN_VALUE});
    assertThat(seen.meanHigh()).isEqualTo(0.25f);
    assertThat(Observed.of(new float[] {Float.MIN_VALUE}).meanHigh()).isEqualTo(Float.MIN_VALUE);
    assertThat(Observed.of(new float[] {-Float.MAX_VALUE}).meanLow()).isEqualTo(-Float.MAX_VALUE);
  }

  @Test
  void theHistogramSpansWhatWasSeen() {
    Histogram histogram = Observed.of(new float[] {-1, 0.999f, 0.25f}).histogram();
    assertThat(histogram.exponent()).isEqualTo(1);
    assertThat(histogram.width()).isEqualTo(2.0 / 8192);
    // -1 is a multiple of the width: the bin whose lower end is nearer to zero than 4097 widths.
    assertThat(histogram.first()).isEqualTo(-4097);
    assertThat(histogram.count(-4097)).isEqualTo(1);
    assertThat(histogram.count(1024)).isEqualTo(1);
    assertThat(histogram.count((int) (0.999f / (2.0 / 8192)))).isEqualTo(1);
    assertThat(histogram.total()).isEqualTo(3);
  }

  @Test
  void growingJoinsNeighbours() {
    float[] small = Observed.normal(5000, 1, 7);
    for (float large : new float[] {3, 100, 1e6f, Float.MAX_VALUE}) {
      float[] both = Observed.with(new float[5001], small);
      both[5000] = large;
      assertThat(Observed.of(small, new float[] {large}).histogram())
          .isEqualTo(Observed.of(both).histogram());
      assertThat(Observed.of(new float[] {large}, small).histogram())
          .isEqualTo(Observed.of(both).histogram());
    }
  }

  @Test
  void zerosConstantsAndSubnormals() {
    Histogram zeros = Observed.of(new float[100]).histogram();
    assertThat(zeros.count(0)).isEqualTo(100);
    assertThat(zeros.end() - zeros.first()).isEqualTo(1);
    Histogram constant = Observed.of(new float[] {-6.5f, -6.5f}).histogram();
    assertThat(constant.total()).isEqualTo(2);
    assertThat(constant.end() - constant.first()).isEqualTo(1);
    Histogram tiny = Observed.of(new float[] {Float.MIN_VALUE, -Float.MIN_VALUE}).histogram();
    assertThat(tiny.count(0)).isEqualTo(1);
    assertThat(tiny.count(-1)).isEqualTo(1);
  }

  @Test
  void everyFloatTypeIsObserved() {
    short[] halves = {Float.floatToFloat16(1.5f), Float.floatToFloat16(-2f)};
    Tensor half = Tensor.of(DType.FLOAT16, new long[] {2}, MemorySegment.ofArray(halves));
    Observer observer = new Observer(Request.RANGE);
    observer.observe(half, new Workspace());
    assertThat(observer.statistics().values().min()).isEqualTo(-2f);
    assertThat(observer.statistics().values().max()).isEqualTo(1.5f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> observer.observe(Tensor.ofInts(new int[1], 1), new Workspace()));
  }
}
