package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.scheme.CodeRange;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncoderTest {
  private static final List<IntegerGrid> FORMATS =
      List.of(
          new IntegerGrid(DType.INT8, true, false),
          new IntegerGrid(DType.INT8, true, true),
          new IntegerGrid(DType.INT8, true, CodeRange.FULL),
          new IntegerGrid(DType.INT8, true, CodeRange.RESTRICTED),
          new IntegerGrid(DType.INT4, true, CodeRange.RESTRICTED),
          new IntegerGrid(DType.INT8, false, false),
          new IntegerGrid(DType.UINT8, true, false),
          new IntegerGrid(DType.UINT8, false, false),
          new IntegerGrid(DType.INT4, true, false),
          new IntegerGrid(DType.UINT4, true, false),
          new IntegerGrid(DType.UINT4, false, false),
          new IntegerGrid(DType.INT2, true, false));

  private static final List<CodeLayout> LAYOUTS =
      List.of(
          CodeLayout.whole(200_001),
          CodeLayout.rows(37, 64, 64),
          CodeLayout.rows(37, 70, 32),
          CodeLayout.rows(3001, 48, 16),
          CodeLayout.columns(128, 6, 128),
          CodeLayout.columns(100, 6, 32),
          CodeLayout.columns(64, 7, 32),
          CodeLayout.columns(9000, 200, 9000),
          new CodeLayout(3, 40, 8, 40, false, false),
          CodeLayout.columns(100, 6, 32).fromTransposed(),
          new CodeLayout(2, 40, 8, 40, true, false),
          CodeLayout.paddedRows(5, 70, 32),
          CodeLayout.paddedRows(5, 70, 32).fromTransposed(),
          CodeLayout.rows(3001, 48, 16).tiled(24),
          CodeLayout.rows(37, 70, 32).tiled(10),
          CodeLayout.rows(37, 70, 32).tiled(10).fromTransposed(),
          CodeLayout.columns(100, 37, 32).tiled(9),
          CodeLayout.columns(9000, 200, 9000).tiled(48),
          new CodeLayout(3, 40, 10, 16, false, false).tiled(4),
          new CodeLayout(2, 40, 8, 40, true, false).tiled(3),
          CodeLayout.rows(9, 20, 64).tiled(64));

  @Test
  void everyLayoutAndFormatIsWhatTheDefinitionSays() {
    Random random = new Random(1);
    for (CodeLayout layout : LAYOUTS) {
      Tensor weight = weight(layout.count(), random);
      for (IntegerGrid format : FORMATS) {
        Codes codes =
            Encoder.encode(List.of(new CodeRequest("w", weight, layout, format)), 1).getFirst();
        compare(layout, format, weight, codes);
      }
    }
  }

  private static Tensor weight(long count, Random random) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return Tensor.ofFloats(values, count);
  }

  /** Decodes with the definition's own scale and zero point, computed here value by value. */
  private static void compare(CodeLayout layout, IntegerGrid format, Tensor weight, Codes codes) {
    Tensor stored = codes.codes(layout.codes());
    Tensor scales = codes.scales(layout.scales());
    Tensor zeros = codes.zeroPoints(layout.scales());
    float[] decoded = codes.decodedAsWeight().toFloats();
    String what = layout + " " + format;
    float[] low = new float[(int) layout.scales()];
    float[] high = new float[(int) layout.scales()];
    for (long o = 0; o < layout.outer(); o++) {
      for (long k = 0; k < layout.length(); k++) {
        for (long n = 0; n < layout.inner(); n++) {
          float value = weight.floatAt(source(layout, o, k, n));
          int entry = entry(layout, o, k, n);
          low[entry] = Math.min(low[entry], value);
          high[entry] = Math.max(high[entry], value);
        }
      }
    }
    for (int entry = 0; entry < low.length; entry++)
      checkGrid(what, format, low[entry], high[entry], scales.floatAt(entry), zeros.longAt(entry));
    for (long o = 0; o < layout.outer(); o++) {
      for (long n = 0; n < layout.inner(); n++) {
        if (layout.count() > 100_000 && o + n > 3 && (o + n) % 97 > 0) continue;
        for (long k = 0; k < layout.length(); k++) {
          int entry = entry(layout, o, k, n);
          float scale = scales.floatAt(entry);
          long zero = zeros.longAt(entry);
          float value = weight.floatAt(source(layout, o, k, n));
          long expected =
              (long) Math.clamp(Math.rint(value / scale) + zero, format.lowest(), format.highest());
          long at = (o * layout.storedLength() + k) * layout.inner() + n;
          assertThat(stored.longAt(at)).as("%s at %d %d %d", what, o, k, n).isEqualTo(expected);
          assertThat(decoded[(int) source(layout, o, k, n)])
              .as("%s at %d %d %d", what, o, k, n)
              .isEqualTo((expected - zero) * scale);
        }
      }
    }
  }

  /** The scale of the value at {@code [o, k, n]}, by the definition of a layout. */
  private static int entry(CodeLayout layout, long o, long k, long n) {
    long block = k / layout.block();
    if (layout.inner() == 1) return (int) (o / layout.tile() * layout.blocks() + block);
    long width = (layout.inner() + layout.tile() - 1) / layout.tile();
    return (int) ((o * layout.blocks() + block) * width + n / layout.tile());
  }

  private static long source(CodeLayout layout, long o, long k, long n) {
    if (!layout.transposed()) return (o * layout.length() + k) * layout.inner() + n;
    return layout.inner() == 1
        ? k * layout.outer() + o
        : (o * layout.inner() + n) * layout.length() + k;
  }

  private static void checkGrid(
      String what, IntegerGrid format, float low, float high, float scale, long zero) {
    if (!format.symmetric()) {
      assertThat(scale)
          .as(what)
          .isEqualTo((float) (((double) high - low) / (format.highest() - format.lowest())));
      assertThat(zero).as(what).isEqualTo((long) Math.rint(format.lowest() - (double) low / scale));
      return;
    }
    assertThat(zero).as(what).isEqualTo(format.middle());
    if (format.range() == CodeRange.FULL) {
      assertThat(scale).as(what).isEqualTo((float) Math.max(high / 127.0, low / -128.0));
      return;
    }
    if (format.range() == CodeRange.RESTRICTED) {
      assertThat(scale)
          .as(what)
          .isEqualTo((float) (Math.max(-low, high) / (double) format.highest()));
      return;
    }
    float magnitude = Math.max(-low, high);
    float reach =
        switch (format.dtype()) {
          case INT8 -> (format.range() == CodeRange.REDUCED) ? 64 : 127;
          case UINT8 -> 127.5f;
          case INT4, UINT4 -> -8 * Math.signum(high >= -low ? high : low);
          default -> -2 * Math.signum(high >= -low ? high : low);
        };
    assertThat(scale).as(what).isEqualTo((float) ((double) magnitude / reach));
  }

  @Test
  void threadsChangeNothing() {
    Random random = new Random(2);
    List<CodeRequest> requests = new ArrayList<>();
    for (CodeLayout layout : LAYOUTS) {
      requests.add(new CodeRequest("w", weight(layout.count(), random), layout, FORMATS.get(8)));
    }
    List<Codes> alone = Encoder.encode(requests, 1);
    List<Codes> together = Encoder.encode(requests, 3);
    for (int i = 0; i < requests.size(); i++) {
      long count = LAYOUTS.get(i).codes();
      assertThat(together.get(i).codes(count).sameAs(alone.get(i).codes(count)))
          .as(LAYOUTS.get(i).toString())
          .isTrue();
    }
  }

  @Test
  void namesTheFirstValueThatIsNotFinite() {
    float[] values = new float[64];
    values[40] = Float.POSITIVE_INFINITY;
    values[17] = Float.NaN;
    CodeRequest request =
        new CodeRequest(
            "w", Tensor.ofFloats(values, 8, 8), CodeLayout.columns(8, 8, 8), FORMATS.getFirst());
    assertThatThrownBy(() -> Encoder.encode(List.of(request), 2))
        .isInstanceOf(MalformedModelException.class)
        .hasMessage("initializer w: NaN at element 17");
  }

  @Test
  void zerosAndTinyValuesDecodeToZero() {
    for (IntegerGrid format : FORMATS) {
      float[] values = {0, 0, 1e-40f, -1e-40f};
      Codes codes =
          Encoder.encode(
                  List.of(
                      new CodeRequest(
                          "w", Tensor.ofFloats(values, 4), CodeLayout.rows(2, 2, 2), format)),
                  1)
              .getFirst();
      assertThat(codes.scales(2).toFloats()).containsExactly(1f, 1f);
      assertThat(codes.codes(4).toLongs()).containsOnly(format.middle());
    }
  }

  @Test
  void allPositiveValuesUseEveryCodeWhenAsymmetric() {
    float[] values = new float[256];
    for (int i = 0; i < values.length; i++) values[i] = i;
    IntegerGrid format = new IntegerGrid(DType.UINT8, false, false);
    Codes codes =
        Encoder.encode(
                List.of(
                    new CodeRequest(
                        "w", Tensor.ofFloats(values, 256), CodeLayout.whole(256), format)),
                1)
            .getFirst();
    assertThat(codes.scales().toFloats()).containsExactly(1f);
    assertThat(codes.codes(256).toFloats()).isEqualTo(values);
    assertThat(codes.span()).isEqualTo(new Span(0, 255));
  }

  @Test
  void paddingDecodesToZero() {
    CodeLayout layout = CodeLayout.paddedRows(2, 20, 16);
    Codes codes =
        Encoder.encode(
                List.of(
                    new CodeRequest(
                        "w",
                        weight(40, new Random(3)),
                        layout,
                        new IntegerGrid(DType.UINT4, true, false))),
                1)
            .getFirst();
    Tensor stored = codes.codes(2, 32);
    for (long i = 20; i < 32; i++) assertThat(stored.longAt(i)).isEqualTo(8);
    assertThat(codes.packed(2, 2, 8).count()).isEqualTo(32);
  }
}
