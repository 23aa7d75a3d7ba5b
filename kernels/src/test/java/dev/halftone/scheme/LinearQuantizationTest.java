package dev.halftone.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.number.Casting;
import dev.halftone.number.NumberFormat;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every element type × layout of scales × symmetry. */
class LinearQuantizationTest {
  private static final DType[] TYPES = {
    DType.INT2,
    DType.UINT2,
    DType.INT4,
    DType.UINT4,
    DType.INT8,
    DType.UINT8,
    DType.INT16,
    DType.UINT16,
    DType.FLOAT8E4M3FN,
    DType.FLOAT8E4M3FNUZ,
    DType.FLOAT8E5M2,
    DType.FLOAT8E5M2FNUZ,
    DType.FLOAT4E2M1
  };

  /** Lengths around those of vector registers; with blocks most end raggedly. */
  private static final int[] LENGTHS = {1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65};

  record Scheme(DType type, long[] shape, ScaleLayout layout, boolean symmetric) {
    boolean integers() {
      return type.name().contains("INT");
    }

    long seed() {
      return 31L * type.ordinal() + Arrays.hashCode(shape);
    }

    Codes codes() {
      return Codes.all(type);
    }
  }

  static Stream<DType> types() {
    return Stream.of(TYPES);
  }

  private static List<Scheme> schemes(DType type) {
    List<Scheme> schemes = new ArrayList<>();
    boolean integers = type.name().contains("INT");
    for (int length : LENGTHS) {
      long[] rows = {3, length};
      long[] deep = {2, length, 3};
      for (boolean symmetric : integers ? new boolean[] {true, false} : new boolean[] {true}) {
        schemes.add(new Scheme(type, rows, new ScaleLayout.OneScale(), symmetric));
        schemes.add(new Scheme(type, rows, new ScaleLayout.AlongAxis(0), symmetric));
        schemes.add(new Scheme(type, rows, new ScaleLayout.AlongAxis(-1), symmetric));
        schemes.add(new Scheme(type, deep, new ScaleLayout.AlongAxis(1), symmetric));
        for (int block : new int[] {1, 7, 8, 16, 32})
          schemes.add(new Scheme(type, rows, new ScaleLayout.InBlocks(1, block), symmetric));
        schemes.add(new Scheme(type, deep, new ScaleLayout.InBlocks(-2, 8), symmetric));
      }
    }
    return schemes;
  }

  private static LinearQuantization parameters(Scheme scheme) {
    Random random = new Random(scheme.seed());
    int entries = (int) scheme.layout.entries(scheme.shape);
    float[] scales = new float[entries];
    byte[] zeros = new byte[entries];
    short[] wide = new short[entries];
    for (int i = 0; i < entries; i++) {
      scales[i] = 0.01f + random.nextFloat();
      if (scheme.integers()) {
        int zero = scheme.codes().low() + random.nextInt(scheme.codes().count());
        zeros[i] = (byte) zero;
        wide[i] = (short) zero;
      }
    }
    return new LinearQuantization(
        Tensor.ofFloats(scales, entries), zeroPoints(scheme, zeros, wide), scheme.layout);
  }

  private static @Nullable Tensor zeroPoints(Scheme scheme, byte[] zeros, short[] wide) {
    if (scheme.symmetric) return null;
    float[] values = new float[zeros.length];
    boolean signed = NumberFormat.of(scheme.type).isSigned();
    boolean sixteen = scheme.type.bits() == 16;
    for (int i = 0; i < values.length; i++) {
      int mask = sixteen ? 0xFFFF : 0xFF;
      int code = sixteen ? wide[i] : zeros[i];
      values[i] = signed ? code : code & mask;
    }
    return Casting.cast(Tensor.ofFloats(values, values.length), scheme.type);
  }

  private static float[] samples(Scheme scheme, float size) {
    Random random = new Random(scheme.seed() + 1);
    float[] x = new float[(int) Tensor.elements(scheme.shape)];
    for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian() * size;
    return x;
  }

  private static float[] roundTrip(Scheme scheme, LinearQuantization parameters, float[] x) {
    Tensor codes = parameters.quantize(Tensor.ofFloats(x, scheme.shape), scheme.type, true);
    return parameters.dequantize(codes).toFloats();
  }

  /** The scale of each element, by the definition of axis and block. */
  private static int[] entries(Scheme scheme) {
    long[] shape = scheme.shape;
    int count = (int) Tensor.elements(shape);
    int[] entries = new int[count];
    for (int i = 0; i < count; i++) {
      int rest = i;
      int[] index = new int[shape.length];
      for (int d = shape.length - 1; d >= 0; d--) {
        index[d] = rest % (int) shape[d];
        rest /= (int) shape[d];
      }
      entries[i] =
          switch (scheme.layout) {
            case ScaleLayout.OneScale() -> 0;
            case ScaleLayout.AlongAxis(int axis) -> index[Math.floorMod(axis, shape.length)];
            case ScaleLayout.InBlocks(int axis, long length) -> {
              int at = Math.floorMod(axis, shape.length);
              index[at] /= (int) length;
              int flat = 0;
              for (int d = 0; d < shape.length; d++) {
                int size = (int) (d == at ? Math.ceilDiv(shape[d], length) : shape[d]);
                flat = flat * size + index[d];
              }
              yield flat;
            }
          };
    }
    return entries;
  }

  /** Each element as single numbers say: {@link NumberFormat#encode} and decode. */
  @ParameterizedTest
  @MethodSource("types")
  void everyElementHasItsOwnScaleAndZeroPoint(DType type) {
    schemes(type).forEach(LinearQuantizationTest::everyElementHasItsOwnScaleAndZeroPoint);
  }

  private static void everyElementHasItsOwnScaleAndZeroPoint(Scheme scheme) {
    LinearQuantization parameters = parameters(scheme);
    float[] x = samples(scheme, 3f);
    NumberFormat format = NumberFormat.of(scheme.type);
    float[] found = roundTrip(scheme, parameters, x);
    int[] entries = entries(scheme);
    float[] scales = parameters.scale().toFloats();
    for (int i = 0; i < x.length; i++) {
      float scale = scales[entries[i]];
      float expected = format.decode(format.encode(x[i] / scale)) * scale;
      Tensor zeros = parameters.zeroPoint();
      if (scheme.integers()) {
        long zero = zeros == null ? 0 : zeros.longAt(entries[i]);
        double code = Math.rint(x[i] / scale) + zero;
        expected =
            (float) (Math.clamp(code, scheme.codes().low(), scheme.codes().high()) - zero) * scale;
      }
      assertThat(found[i] + 0f).as("element %d of %s", i, scheme).isEqualTo(expected + 0f);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void whatCameFromCodesGivesTheSameCodes(DType type) {
    schemes(type).forEach(LinearQuantizationTest::whatCameFromCodesGivesTheSameCodes);
  }

  private static void whatCameFromCodesGivesTheSameCodes(Scheme scheme) {
    LinearQuantization parameters = parameters(scheme);
    Tensor x = Tensor.ofFloats(samples(scheme, 3f), scheme.shape);
    Tensor codes = parameters.quantize(x, scheme.type, true);
    Tensor again = parameters.quantize(parameters.dequantize(codes), scheme.type, true);
    assertThat(again.sameAs(codes)).as("%s", scheme).isTrue();
  }

  /** Inside the range an integer is at most half a step away, but for the division's rounding. */
  @ParameterizedTest
  @MethodSource("types")
  void integersAreWithinHalfAStep(DType type) {
    schemes(type).forEach(LinearQuantizationTest::integersAreWithinHalfAStep);
  }

  private static void integersAreWithinHalfAStep(Scheme scheme) {
    if (!scheme.integers()) return;
    LinearQuantization parameters = parameters(scheme);
    float[] x = samples(scheme, 3f);
    float[] found = roundTrip(scheme, parameters, x);
    int[] entries = entries(scheme);
    float[] scales = parameters.scale().toFloats();
    Tensor zeros = parameters.zeroPoint();
    for (int i = 0; i < x.length; i++) {
      float scale = scales[entries[i]];
      long zero = zeros == null ? 0 : zeros.longAt(entries[i]);
      float code = x[i] / scale + zero;
      if (code < scheme.codes().low() || code > scheme.codes().high()) continue;
      float slack = Math.ulp(x[i]) + Math.ulp(found[i]);
      assertThat(Math.abs(found[i] - x[i])).isLessThanOrEqualTo(scale / 2 + slack);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void isMonotoneWithinARun(DType type) {
    schemes(type).forEach(LinearQuantizationTest::isMonotoneWithinARun);
  }

  private static void isMonotoneWithinARun(Scheme scheme) {
    LinearQuantization parameters = parameters(scheme);
    float[] x = samples(scheme, 10f);
    Arrays.sort(x);
    float[] found = roundTrip(scheme, parameters, x);
    int[] entries = entries(scheme);
    float[] last = new float[(int) parameters.scale().count()];
    Arrays.fill(last, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < x.length; i++) {
      assertThat(found[i]).isGreaterThanOrEqualTo(last[entries[i]]);
      last[entries[i]] = found[i];
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void infinitiesSaturateAndNaNBecomesZeroOrStays(DType type) {
    schemes(type).forEach(LinearQuantizationTest::infinitiesSaturateAndNaNBecomesZeroOrStays);
  }

  private static void infinitiesSaturateAndNaNBecomesZeroOrStays(Scheme scheme) {
    LinearQuantization parameters = parameters(scheme);
    float[] x = new float[(int) Tensor.elements(scheme.shape)];
    float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (int i = 0; i < x.length; i++) x[i] = special[i % 3];
    float[] found = roundTrip(scheme, parameters, x);
    NumberFormat format = NumberFormat.of(scheme.type);
    boolean keepsNaN = Float.isNaN(format.decode(format.encode(Float.NaN)));
    for (int i = 0; i < x.length; i++) {
      if (i % 3 == 0 && keepsNaN) assertThat(found[i]).isNaN();
      else if (i % 3 == 0) assertThat(found[i] + 0f).isZero();
      else assertThat(found[i]).isFinite();
    }
  }

  @Test
  void aQuotientOfHalvesIsRoundedToHalf() {
    // 1.4995 to six digits: 1 in float, but 1.5 in FLOAT16 and then half to even.
    float[] x = {1.5009765625f};
    float scale = 1.0009765625f;
    Tensor half = Casting.cast(Tensor.scalar(scale), DType.FLOAT16);
    Tensor values = Casting.cast(Tensor.ofFloats(x, 1), DType.FLOAT16);
    ScaleLayout one = new ScaleLayout.OneScale();
    LinearQuantization halves = new LinearQuantization(half, null, one);
    LinearQuantization floats = new LinearQuantization(Tensor.scalar(scale), null, one);
    assertThat(halves.quantize(values, DType.INT8, true).longAt(0)).isEqualTo(2);
    assertThat(floats.quantize(values, DType.INT8, true).longAt(0)).isEqualTo(1);
  }

  @Test
  void dequantizesBiasesOf32Bits() {
    Tensor scale = Tensor.ofFloats(new float[] {0.5f, 2f}, 2);
    LinearQuantization bias = new LinearQuantization(scale, null, new ScaleLayout.AlongAxis(0));
    assertThat(bias.dequantize(Tensor.ofInts(new int[] {-3, 1 << 30}, 2)).toFloats())
        .containsExactly(-1.5f, 0x1p31f);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Tensor x = Tensor.ofFloats(new float[6], 2, 3);
    Tensor two = Tensor.ofFloats(new float[] {1f, 2f}, 2);
    ScaleLayout columns = new ScaleLayout.AlongAxis(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LinearQuantization(two, null, columns).quantize(x, DType.INT8, true))
        .withMessage("FLOAT32[2] for FLOAT32[2, 3]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new LinearQuantization(two, null, new ScaleLayout.AlongAxis(2))
                    .quantize(x, DType.INT8, true))
        .withMessage("axis 2 for [2, 3]");
    assertThatIllegalArgumentException().isThrownBy(() -> new ScaleLayout.InBlocks(0, 0));
    LinearQuantization negative =
        new LinearQuantization(Tensor.scalar(-1f), null, new ScaleLayout.OneScale());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> negative.quantize(x, DType.INT8, true))
        .withMessage("scale -1.0 is not positive and finite");
    Tensor one = Casting.cast(Tensor.scalar(1f), DType.FLOAT8E4M3FN);
    LinearQuantization shifted =
        new LinearQuantization(Tensor.scalar(1f), one, new ScaleLayout.OneScale());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shifted.quantize(x, DType.FLOAT8E4M3FN, true))
        .withMessageContaining("must be 0");
    assertThatIllegalArgumentException().isThrownBy(() -> shifted.quantize(x, DType.INT64, true));
  }
}
