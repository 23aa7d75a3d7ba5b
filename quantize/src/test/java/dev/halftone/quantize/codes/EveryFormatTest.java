package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.number.BlockFormat;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.number.PowerOfTwo;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every format of weights keeps in every layout: each value has the nearest of its codes. */
class EveryFormatTest {
  /** Around the lanes of registers; in blocks of 8, 16 and 32 most end raggedly. */
  private static final int[] LENGTHS = {1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65};

  /**
   * @param storage of its scales
   */
  record Case(String name, CodeFormat format, ScaleStorage storage) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> formats() {
    return Stream.of(integers(), numbers(), codebooks(), blocks()).flatMap(each -> each);
  }

  private static Case plain(String name, CodeFormat format) {
    return new Case(name, format, new ScaleStorage.Float32());
  }

  private static Stream<Case> integers() {
    return NumberFormat.all().stream()
        .filter(format -> format.bits() <= 16)
        .filter(IntegerFormat.class::isInstance)
        .map(IntegerFormat.class::cast)
        .flatMap(
            integers ->
                Stream.of(true, false)
                    .filter(symmetric -> symmetric || integers != IntegerFormat.TERNARY)
                    .map(
                        symmetric ->
                            plain(
                                integers.name() + (symmetric ? "" : ", asymmetric"),
                                new IntegerGrid(integers, symmetric, CodeRange.USUAL))));
  }

  private static Stream<Case> numbers() {
    return NumberFormat.all().stream()
        .filter(format -> !(format instanceof IntegerFormat) && format.bits() <= 8)
        .filter(format -> format.lowest() < 0)
        .map(format -> plain(format.name(), new ScaledNumbers(format)));
  }

  private static Stream<Case> codebooks() {
    return IntStream.rangeClosed(2, 8)
        .boxed()
        .flatMap(
            bits ->
                Stream.of(new CodebookSharing.Own(), new CodebookSharing.Group(2))
                    .map(
                        sharing ->
                            plain(
                                "codebook:" + bits + sharing.suffix(),
                                ScaledNumbers.codebook(bits, sharing))));
  }

  private static Stream<Case> blocks() {
    return BlockFormat.all().stream()
        .map(
            format ->
                switch (format.rule()) {
                  case SHARED_EXPONENT ->
                      new Case(
                          format.name(),
                          new ScaledNumbers(format.element(), ScaleRule.SHARED_EXPONENT),
                          new ScaleStorage.Power(PowerOfTwo.ROUND));
                  case RATIO ->
                      new Case(
                          format.name(),
                          new ScaledNumbers(format.element()),
                          new ScaleStorage.Float8());
                });
  }

  private static List<CodeLayout> layouts() {
    List<CodeLayout> layouts = new ArrayList<>();
    for (int length : LENGTHS) {
      layouts.add(CodeLayout.whole(length));
      layouts.add(CodeLayout.columns(length, 5, length));
      for (int block : new int[] {8, 16, 32, 1024}) {
        layouts.add(CodeLayout.rows(3, length, block));
        layouts.add(CodeLayout.rows(3, length, block).tiled(2));
      }
      layouts.add(CodeLayout.columns(length, 5, 16));
      layouts.add(CodeLayout.columns(length, 5, 16).tiled(3));
      layouts.add(CodeLayout.columns(length, 5, 16).fromTransposed());
      layouts.add(CodeLayout.paddedRows(3, length, 16));
    }
    return layouts;
  }

  private static Tensor weight(CodeLayout layout) {
    Random random = new Random(layout.count() + 31 * layout.block());
    float[] values = new float[(int) layout.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
      if (random.nextInt(9) == 0) values[i] *= random.nextInt(4);
    }
    return Tensor.ofFloats(values, values.length);
  }

  private static Codes encode(Case format, CodeLayout layout, Tensor weight, String search) {
    CodeRequest request =
        new CodeRequest("w", weight, layout, format.format())
            .with(Scaling.of(ScaleSearch.parse(search), format.storage()));
    return Encoder.encode(List.of(request), 1).getFirst();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void everyValueHasTheNearestCodeAndKeepsItWhenItIsEncodedAgain(Case format) {
    for (CodeLayout layout : layouts()) {
      Tensor weight = weight(layout);
      for (String search : List.of("absmax", "percentile:80")) {
        Codes codes = encode(format, layout, weight, search);
        for (long o = 0; o < layout.outer(); o++) {
          for (long n = 0; n < layout.inner(); n++) {
            for (long k = 0; k < layout.length(); k++) {
              float value = weight.floatAt(layout.place(o, k, n));
              int code = codes.code((o * layout.storedLength() + k) * layout.inner() + n);
              check(layout + " " + search, codes, o * layout.inner() + n, k, value, code);
            }
          }
        }
      }
    }
  }

  private static void check(String what, Codes codes, long channel, long k, float value, int code) {
    int entry = codes.layout().entry(channel, k);
    CodeFormat format = codes.formats().of(channel);
    float scale = codes.scale(entry);
    int zero = codes.zeroPoint(entry);
    float found = format.decode(code, scale, zero);
    // The quotient and the product are rounded: near the middle of two codes either may be taken.
    float slack = 4 * Math.ulp(Math.max(Math.abs(value), Math.abs(found)));
    float nearest = Float.POSITIVE_INFINITY;
    for (int other : candidates(format, code)) {
      float error = Math.abs(format.decode(other, scale, zero) - value);
      if (error < nearest) nearest = error;
    }
    assertThat(Math.abs(found - value))
        .as("%s at channel %d, %d: %s", what, channel, k, value)
        .isLessThanOrEqualTo(nearest + slack);
    byte[] again = new byte[format.width()];
    format.encode(new float[] {found}, 0, 1, scale, zero, again, 0);
    int stored = again.length == 1 ? again[0] : again[0] & 0xFF | again[1] << 8;
    int pattern = format.signed() ? stored : stored & (1 << 8 * again.length) - 1;
    assertThat(format.decode(pattern, scale, zero) + 0f)
        .as("%s at channel %d, %d: %s again", what, channel, k, value)
        .isEqualTo(found + 0f);
  }

  /**
   * Codes that may be nearer: all that are ever written, or of 16 bits the neighbours, as errors
   * only grow from the nearest code on.
   */
  private static int[] candidates(CodeFormat format, int code) {
    if (!(format instanceof IntegerGrid grid) || grid.bits() <= 8) return every(format);
    return new int[] {Math.max(grid.lowest(), code - 1), code, Math.min(grid.highest(), code + 1)};
  }

  /** The codes that are ever written. */
  private static int[] every(CodeFormat format) {
    return switch (format) {
      case IntegerGrid grid -> IntStream.rangeClosed(grid.lowest(), grid.highest()).toArray();
      case ScaledNumbers scaled -> {
        int low = scaled.numbers() instanceof IntegerFormat integers ? integers.low() : 0;
        yield IntStream.range(low, low + (int) scaled.numbers().codes()).toArray();
      }
    };
  }

  @ParameterizedTest
  @MethodSource("formats")
  void whatIsNotFiniteIsRefusedByName(Case format) {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] values = new float[48];
      values[33] = value;
      for (CodeLayout layout : List.of(CodeLayout.whole(48), CodeLayout.rows(3, 16, 8))) {
        assertThatThrownBy(() -> encode(format, layout, Tensor.ofFloats(values, 48), "absmax"))
            .isInstanceOf(MalformedModelException.class)
            .hasMessageContaining("initializer w: ")
            .hasMessageContaining(" at element 33");
      }
    }
  }
}
