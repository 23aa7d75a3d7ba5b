package dev.halftone.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every format has to keep, whatever it is. */
class NumberFormatTest {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int[] LENGTHS = {0, 1, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127, 129, 1023};

  /** Those whose codes can all be tried. */
  static Stream<NumberFormat> small() {
    return NumberFormat.all().stream().filter(format -> format.bits() <= 16);
  }

  static Stream<NumberFormat> bytes() {
    return small().filter(format -> format.bits() <= 8);
  }

  private static IntStream codes(NumberFormat format) {
    int low = format instanceof IntegerFormat integer ? integer.low() : 0;
    return IntStream.range(low, low + (int) format.codes());
  }

  /** The finite values, ascending. */
  private static float[] values(NumberFormat format) {
    List<Float> values = new ArrayList<>();
    codes(format)
        .mapToObj(format::decode)
        .filter(Float::isFinite)
        .sorted(Comparator.naturalOrder())
        .forEach(values::add);
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) array[i] = values.get(i);
    return array;
  }

  @ParameterizedTest
  @MethodSource("small")
  void whatACodeStandsForEncodesToIt(NumberFormat format) {
    codes(format)
        .forEach(
            code -> {
              float value = format.decode(code);
              int again = format.encode(value, false);
              if (Float.isNaN(value)) assertThat(format.decode(again)).isNaN();
              else if (value == 0) assertThat(format.decode(again)).isZero();
              else assertThat(again).as("%s", value).isEqualTo(code);
            });
  }

  @ParameterizedTest
  @MethodSource("small")
  void rangesEndAtTheOutermostValues(NumberFormat format) {
    float[] values = values(format);
    assertThat(format.lowest()).isEqualTo(values[0]);
    assertThat(format.highest()).isEqualTo(values[values.length - 1]);
  }

  /** Half a step by exact arithmetic; one float to each side of the middle as well. */
  @ParameterizedTest
  @MethodSource("small")
  void picksTheNearest(NumberFormat format) {
    if (format == ExponentFormat.E8M0) return;
    float[] values = values(format);
    int stride = Math.max(1, values.length / 3000);
    for (int i = 0; i + 1 < values.length; i += stride) {
      if (values[i] == values[i + 1]) continue; // -0 and 0
      BigDecimal low = new BigDecimal(values[i]);
      BigDecimal high = new BigDecimal(values[i + 1]);
      BigDecimal middle = low.add(high).divide(BigDecimal.valueOf(2));
      float near = middle.floatValue();
      for (float x : new float[] {Math.nextDown(near), near, Math.nextUp(near)}) {
        if (x < values[i] || x > values[i + 1]) continue;
        float found = format.decode(format.encode(x));
        int side = new BigDecimal(x).compareTo(middle);
        if (side < 0) assertThat(found).as("%s", x).isEqualTo(values[i] + 0f, within());
        if (side > 0) assertThat(found).as("%s", x).isEqualTo(values[i + 1] + 0f, within());
        if (side == 0) assertThat(found).as("%s", x).isIn(ties(format, values[i], values[i + 1]));
      }
    }
  }

  private static Offset<Float> within() {
    return Offset.offset(0f);
  }

  /** The value that a tie goes to. */
  private static Float[] ties(NumberFormat format, float low, float high) {
    return switch (format) {
      case LevelFormat levels -> new Float[] {low};
      case IntegerFormat integers -> new Float[] {low % 2 == 0 ? low + 0f : high + 0f};
      case FloatFormat floats -> new Float[] {even(format, low) ? low : high};
      case WideFloatFormat floats -> new Float[] {even(format, low) ? low : high};
      case ExponentFormat exponents -> new Float[] {high};
    };
  }

  private static boolean even(NumberFormat format, float value) {
    return format.encode(value) % 2 == 0;
  }

  @ParameterizedTest
  @MethodSource("small")
  void isMonotone(NumberFormat format) {
    Random random = new Random(1);
    float[] x = new float[2000];
    for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian() * format.highest() / 2;
    if (format == ExponentFormat.E8M0) for (int i = 0; i < x.length; i++) x[i] = Math.abs(x[i]);
    Arrays.sort(x);
    for (int i = 1; i < x.length; i++) {
      if (Float.isInfinite(x[i])) continue;
      assertThat(format.decode(format.encode(x[i])))
          .isGreaterThanOrEqualTo(format.decode(format.encode(x[i - 1])));
    }
  }

  @ParameterizedTest
  @MethodSource("small")
  void saturates(NumberFormat format) {
    if (format == ExponentFormat.E8M0) {
      assertThat(format.decode(format.encode(Float.MAX_VALUE))).isEqualTo(0x1p127f);
      assertThat(format.decode(format.encode(Float.MAX_VALUE, false))).isNaN();
      assertThat(format.decode(format.encode(INF))).isNaN();
      return;
    }
    assertThat(format.decode(format.encode(INF))).isEqualTo(format.highest());
    assertThat(format.decode(format.encode(-INF))).isEqualTo(format.lowest());
    assertThat(format.decode(format.encode(Float.MAX_VALUE))).isEqualTo(format.highest());
    float open = format.decode(format.encode(INF, false));
    if (codes(format).anyMatch(code -> Float.isInfinite(format.decode(code))))
      assertThat(open).isEqualTo(INF);
    else if (codes(format).anyMatch(code -> Float.isNaN(format.decode(code))))
      assertThat(open).isNaN();
    else assertThat(open).isEqualTo(format.highest());
  }

  @ParameterizedTest
  @MethodSource("small")
  void keepsNaNOrMakesItTheNearestToZero(NumberFormat format) {
    float found = format.decode(format.encode(Float.NaN));
    boolean holdsNaN = codes(format).anyMatch(code -> Float.isNaN(format.decode(code)));
    if (holdsNaN) assertThat(found).isNaN();
    else assertThat(found).isEqualTo(format.decode(format.encode(0f)), within());
  }

  /** Arrays give what single numbers give, at every length and beside nothing else. */
  @ParameterizedTest
  @MethodSource("bytes")
  void arraysGiveTheSame(NumberFormat format) {
    for (int length : LENGTHS) {
      for (float scale : new float[] {1f, 0.37f, 1e-30f}) {
        float[] x = mixed(length + 2, length, format.highest() * scale);
        byte[] codes = new byte[length + 4];
        for (boolean saturate : new boolean[] {true, false}) {
          format.encode(x, 1, 1 + length, scale, saturate, codes, 2);
          for (int i = 0; i < length; i++) {
            assertThat(codes[2 + i])
                .as("%s / %s", x[1 + i], scale)
                .isEqualTo((byte) format.encode(x[1 + i] / scale, saturate));
          }
        }
        float[] back = new float[length + 4];
        format.decode(codes, 2, 2 + length, scale, back, 1);
        for (int i = 0; i < length; i++) {
          int code = format.isSigned() ? codes[2 + i] : codes[2 + i] & 0xFF;
          assertThat((Float) back[1 + i]).isEqualTo((Float) (format.decode(code) * scale));
        }
        assertThat(codes[1] | codes[2 + length]).isZero();
        assertThat(back[0] + back[1 + length]).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("small")
  void arraysOf16BitsGiveTheSame(NumberFormat format) {
    if (format.bits() != 16) return;
    for (int length : LENGTHS) {
      float[] x = mixed(length + 2, length, Math.min(format.highest(), 1e30f));
      short[] codes = new short[length + 2];
      for (boolean saturate : new boolean[] {true, false}) {
        format.encode(x, 1, 1 + length, 0.37f, saturate, codes, 1);
        for (int i = 1; i <= length; i++) {
          assertThat(codes[i]).isEqualTo((short) format.encode(x[i] / 0.37f, saturate));
        }
      }
      float[] back = new float[length + 2];
      format.decode(codes, 1, 1 + length, 0.37f, back, 1);
      for (int i = 1; i <= length; i++) {
        int code = format.isSigned() ? codes[i] : codes[i] & 0xFFFF;
        assertThat((Float) back[i]).isEqualTo((Float) (format.decode(code) * 0.37f));
      }
    }
  }

  private static float[] mixed(int length, long seed, float size) {
    float[] specials = {Float.NaN, INF, -INF, 0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, -1f};
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) Math.scalb(random.nextGaussian(), -random.nextInt(12)) * size;
      if (random.nextInt(6) == 0) x[i] = specials[random.nextInt(specials.length)];
    }
    return x;
  }

  @Test
  void everyNameIsParsed() {
    for (NumberFormat format : NumberFormat.all())
      assertThat(NumberFormat.parse(format.name())).isEqualTo(format);
    assertThat(NumberFormat.all()).extracting(NumberFormat::name).doesNotHaveDuplicates();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NumberFormat.parse("int9"))
        .withMessageContaining("'int9'; expected one of int2, uint2")
        .withMessageContaining("codebook:4");
  }

  @ParameterizedTest
  @MethodSource("small")
  void refusesWhatIsNoCode(NumberFormat format) {
    int beyond = codes(format).max().orElseThrow() + 1;
    assertThatIllegalArgumentException().isThrownBy(() -> format.decode(beyond));
    int below = codes(format).min().orElseThrow() - 1;
    assertThatIllegalArgumentException().isThrownBy(() -> format.decode(below));
    if (format.bits() > 8) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> format.encode(new float[1], 0, 1, 1f, new byte[1], 0));
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> format.encode(new float[1], 0, 1, 1f, new short[1], 0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> format.encode(new float[1], 0, 1, 0f, new byte[1], 0));
    }
  }
}
