package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.number.FloatFormat;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.LevelFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingTest {
  private static final ScaleStorage FLOAT = new ScaleStorage.Float32();

  private static final List<CodeFormat> FORMATS =
      List.of(
          new IntegerGrid(DType.INT8, true, false),
          new IntegerGrid(DType.INT8, true, CodeRange.FULL),
          new IntegerGrid(DType.INT8, true, CodeRange.RESTRICTED),
          new IntegerGrid(DType.UINT8, true, CodeRange.FULL),
          new IntegerGrid(DType.UINT8, false, true),
          new IntegerGrid(DType.INT4, true, false),
          new IntegerGrid(IntegerFormat.UINT4, true, CodeRange.RESTRICTED),
          new IntegerGrid(DType.UINT4, false, false),
          new IntegerGrid(DType.INT2, true, false),
          new IntegerGrid(IntegerFormat.TERNARY, true, CodeRange.USUAL),
          new ScaledNumbers(FloatFormat.E4M3),
          new ScaledNumbers(FloatFormat.E2M1),
          new ScaledNumbers(LevelFormat.NF4),
          new ScaledNumbers(LevelFormat.log(4)));

  private static final List<CodeLayout> LAYOUTS =
      List.of(
          CodeLayout.whole(2001),
          CodeLayout.rows(7, 70, 32),
          CodeLayout.rows(300, 45, 45),
          CodeLayout.columns(100, 6, 32),
          CodeLayout.columns(64, 40, 64).fromTransposed(),
          CodeLayout.paddedRows(5, 70, 32),
          CodeLayout.rows(37, 70, 32).tiled(16),
          CodeLayout.rows(300, 45, 45).tiled(7),
          CodeLayout.rows(20, 64, 16).tiled(100),
          CodeLayout.columns(100, 37, 32).tiled(8),
          new CodeLayout(3, 40, 10, 16, false, false).tiled(4),
          CodeLayout.columns(64, 40, 64).tiled(16).fromTransposed());

  /** Normal values with a few outliers. */
  private static Tensor weight(CodeLayout layout, int seed) {
    Random random = new Random(seed);
    float[] values = new float[(int) layout.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
      if (random.nextInt(50) == 0) values[i] *= 4;
    }
    return Tensor.ofFloats(values, values.length);
  }

  private static Codes encode(
      Tensor weight, CodeLayout layout, CodeFormat format, Scaling scaling, int threads) {
    CodeRequest request = new CodeRequest("w", weight, layout, format).with(scaling);
    return Encoder.encode(List.of(request), threads).getFirst();
  }

  /** The scale of the value at {@code [o, k, n]}. */
  private static int run(CodeLayout layout, long o, long k, long n) {
    long block = k / layout.block();
    if (layout.inner() == 1) return (int) (o / layout.tile() * layout.blocks() + block);
    long width = (layout.inner() + layout.tile() - 1) / layout.tile();
    return (int) ((o * layout.blocks() + block) * width + n / layout.tile());
  }

  /** Errors to the power of p by run, with the weights in the order of the layout. */
  private static double[] costs(
      CodeLayout layout, Tensor weight, Codes codes, double p, float[] importance) {
    float[] decoded = codes.decoded().toFloats();
    double[] costs = new double[(int) layout.scales()];
    int at = 0;
    for (long o = 0; o < layout.outer(); o++) {
      for (long k = 0; k < layout.length(); k++) {
        for (long n = 0; n < layout.inner(); n++, at++) {
          long source = !layout.transposed() ? at : (o * layout.inner() + n) * layout.length() + k;
          int run = run(layout, o, k, n);
          double error = Math.abs((double) weight.floatAt(source) - decoded[at]);
          costs[run] += Math.pow(error, p) * (importance.length == 0 ? 1 : importance[(int) k]);
        }
      }
    }
    return costs;
  }

  @ParameterizedTest
  @ValueSource(doubles = {2, 2.4, 1})
  void noRunGetsWorseByASearchForLeastError(double p) {
    ScaleSearch search = p == 2 ? new ScaleSearch.SquaredError() : new ScaleSearch.Norm(p);
    double before = 0;
    double after = 0;
    for (CodeLayout layout : LAYOUTS) {
      Tensor weight = weight(layout, 1);
      for (CodeFormat format : FORMATS) {
        double[] plain =
            costs(
                layout, weight, encode(weight, layout, format, Scaling.PLAIN, 1), p, new float[0]);
        double[] searched =
            costs(
                layout,
                weight,
                encode(weight, layout, format, Scaling.of(search, FLOAT), 1),
                p,
                new float[0]);
        for (int run = 0; run < plain.length; run++) {
          // The costs of a search are those of float errors, and of a power to seven digits.
          assertThat(searched[run])
              .as("%s %s run %d", layout, format, run)
              .isLessThanOrEqualTo(plain[run] * (1 + 1e-6));
          before += plain[run];
          after += searched[run];
        }
      }
    }
    assertThat(after).isLessThan(0.9 * before);
  }

  @Test
  void importanceDecidesWhatIsKept() {
    CodeLayout layout = CodeLayout.rows(50, 64, 64);
    Tensor weight = weight(layout, 2);
    CodeFormat format = new IntegerGrid(DType.INT4, true, false);
    float[] importance = new float[64];
    for (int i = 0; i < 64; i++) importance[i] = i % 8 == 0 ? 1 : 0.001f;
    Scaling weighted =
        Scaling.of(new ScaleSearch.WeightedError(), FLOAT)
            .weighted(Importance.along(1, 1, weight.reshape(50, 64), importance));
    Scaling equal = Scaling.of(new ScaleSearch.SquaredError(), FLOAT);
    double[] kept =
        costs(layout, weight, encode(weight, layout, format, weighted, 1), 2, importance);
    double[] mean = costs(layout, weight, encode(weight, layout, format, equal, 1), 2, importance);
    double better = 0;
    for (int run = 0; run < kept.length; run++) {
      assertThat(kept[run]).isLessThanOrEqualTo(mean[run] * (1 + 1e-6));
      better += mean[run] - kept[run];
    }
    assertThat(better).isPositive();
    Codes unweighted =
        encode(weight, layout, format, Scaling.of(new ScaleSearch.WeightedError(), FLOAT), 1);
    assertThat(unweighted.decoded().sameAs(encode(weight, layout, format, equal, 1).decoded()))
        .isTrue();
  }

  @Test
  void aPercentileCutsAnOutlierOff() {
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) values[i] = (i - 500) / 500f;
    values[3] = 1000;
    CodeLayout layout = CodeLayout.rows(1, 1000, 1000);
    Tensor weight = Tensor.ofFloats(values, 1000);
    for (CodeLayout either : List.of(layout, CodeLayout.whole(1000))) {
      Scaling scaling = Scaling.of(new ScaleSearch.Percentile(99.9), FLOAT);
      Codes symmetric =
          encode(weight, either, new IntegerGrid(DType.INT8, true, false), scaling, 1);
      assertThat(symmetric.scales(1).toFloats()).containsExactly(1f / 127);
      Codes asymmetric =
          encode(weight, either, new IntegerGrid(DType.UINT8, false, false), scaling, 1);
      assertThat(asymmetric.span().high()).isGreaterThan(900);
      scaling = Scaling.of(new ScaleSearch.Percentile(99), FLOAT);
      asymmetric = encode(weight, either, new IntegerGrid(DType.UINT8, false, false), scaling, 1);
      assertThat(asymmetric.span().high()).isBetween(0.98f, 1f);
      assertThat(asymmetric.span().low()).isBetween(-1f, -0.98f);
    }
  }

  @Test
  void hqqMovesTheZeroPointWhenThatLosesLess() {
    CodeLayout layout = CodeLayout.rows(200, 64, 64);
    Tensor weight = weight(layout, 3);
    CodeFormat format = new IntegerGrid(DType.UINT4, false, false);
    Scaling scaling = Scaling.of(new ScaleSearch.HalfQuadratic(), FLOAT);
    double[] plain =
        costs(layout, weight, encode(weight, layout, format, Scaling.PLAIN, 1), 0.7, new float[0]);
    double[] moved =
        costs(layout, weight, encode(weight, layout, format, scaling, 1), 0.7, new float[0]);
    int better = 0;
    for (int run = 0; run < plain.length; run++) {
      assertThat(moved[run]).isLessThanOrEqualTo(plain[run] * (1 + 1e-6));
      if (moved[run] < plain[run] * 0.999) better++;
    }
    assertThat(better).isPositive();
  }

  @Test
  void storedScalesAreExactAndCodesFitThem() {
    for (String text : List.of("fp16", "bf16", "pow2-round", "pow2-ceil", "pow2-floor", "double")) {
      ScaleStorage storage = ScaleStorage.parse(text);
      for (CodeLayout layout : LAYOUTS) {
        Tensor weight = weight(layout, 4);
        for (CodeFormat format : FORMATS) {
          if (text.equals("double") && format instanceof ScaledNumbers) continue;
          String what = "%s %s %s".formatted(text, layout, format);
          Codes codes =
              encode(weight, layout, format, Scaling.of(new ScaleSearch.AbsMax(), storage), 1);
          float[] scales = codes.scales(layout.scales()).toFloats();
          if (storage instanceof ScaleStorage.Doubled) {
            float[] again = scales.clone();
            DoubledScales.of(again).decode(again);
            assertThat(again).as(what).isEqualTo(scales);
          }
          for (float scale : scales) assertThat(storage.round(scale)).as(what).isEqualTo(scale);
          fits(what, layout, weight, codes);
        }
      }
    }
  }

  /** Within the range of the codes no value is further from its own than half the largest step. */
  private static void fits(String what, CodeLayout layout, Tensor weight, Codes codes) {
    if (!(codes.format() instanceof IntegerGrid grid)) return;
    float[] decoded = codes.decoded().toFloats();
    for (int i = 0; i < decoded.length && !layout.transposed(); i++) {
      long k = i / layout.inner() % layout.length();
      long outer = i / layout.inner() / layout.length();
      int run = run(layout, outer, k, i % layout.inner());
      float scale = codes.scale(run);
      float zero = codes.zeroPoint(run);
      float ends = Math.max((grid.lowest() - zero) * scale, (grid.highest() - zero) * scale);
      float other = Math.min((grid.lowest() - zero) * scale, (grid.highest() - zero) * scale);
      float bounded = Math.clamp(weight.floatAt(i), other, ends);
      assertThat(Math.abs(bounded - decoded[i]))
          .as("%s at %d", what, i)
          .isLessThanOrEqualTo(Math.abs(scale) * 0.50001f);
    }
  }

  @Test
  void threadsChangeNothing() {
    List<CodeRequest> requests = new ArrayList<>();
    for (String search : List.of("mse", "lp", "percentile:99", "weighted-mse")) {
      for (CodeLayout layout : LAYOUTS) {
        for (CodeFormat format : FORMATS) {
          requests.add(
              new CodeRequest("w", weight(layout, 5), layout, format)
                  .with(Scaling.of(ScaleSearch.parse(search), FLOAT)));
        }
      }
    }
    List<Codes> alone = Encoder.encode(requests, 1);
    List<Codes> together = Encoder.encode(requests, 3);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(together.get(i).decoded().sameAs(alone.get(i).decoded()))
          .as(requests.get(i).toString())
          .isTrue();
    }
  }

  @Test
  void encodingWhatWasDecodedGivesItAgain() {
    for (CodeLayout layout : LAYOUTS) {
      if (layout.transposed()) continue;
      Tensor weight = weight(layout, 6);
      for (CodeFormat format : FORMATS) {
        Tensor decoded = encode(weight, layout, format, Scaling.PLAIN, 1).decoded();
        Tensor flat = Tensor.ofFloats(decoded.toFloats(), layout.count());
        float[] again = encode(flat, layout, format, Scaling.PLAIN, 1).decoded().toFloats();
        for (int i = 0; i < again.length; i++)
          assertThat(again[i])
              .as("%s %s at %d", layout, format, i)
              .isCloseTo(flat.floatAt(i), org.assertj.core.data.Offset.offset(1e-5f));
      }
    }
  }

  @Test
  void largerValuesOfARunNeverBecomeSmaller() {
    for (CodeLayout layout : LAYOUTS) {
      if (layout.transposed()) continue;
      Tensor weight = weight(layout, 8);
      for (CodeFormat format : FORMATS) {
        float[] decoded = encode(weight, layout, format, Scaling.PLAIN, 1).decoded().toFloats();
        List<List<Integer>> runs = new ArrayList<>();
        for (int run = 0; run < layout.scales(); run++) runs.add(new ArrayList<>());
        for (int i = 0; i < decoded.length; i++) {
          long k = i / layout.inner() % layout.length();
          long outer = i / layout.inner() / layout.length();
          runs.get(run(layout, outer, k, i % layout.inner())).add(i);
        }
        for (List<Integer> run : runs) {
          run.sort(Comparator.comparing(i -> weight.floatAt(i)));
          for (int i = 1; i < run.size(); i++)
            assertThat(decoded[run.get(i)])
                .as("%s %s", layout, format)
                .isGreaterThanOrEqualTo(decoded[run.get(i - 1)]);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"absmax", "mse", "lp", "percentile:99"})
  void aRestrictedRangeLeavesOutTheLowestCode(String search) {
    Scaling scaling = Scaling.of(ScaleSearch.parse(search), FLOAT);
    for (IntegerFormat integers :
        List.of(IntegerFormat.INT8, IntegerFormat.signed(3), IntegerFormat.UINT4)) {
      IntegerGrid grid = new IntegerGrid(integers, true, CodeRange.RESTRICTED);
      int lowest = grid.highest();
      for (CodeLayout layout : LAYOUTS) {
        Codes codes = encode(weight(layout, 9), layout, grid, scaling, 1);
        for (long i = 0; i < layout.codes(); i++) lowest = Math.min(lowest, codes.code(i));
        for (int run = 0; run < layout.scales(); run++) assertThat(codes.scale(run)).isPositive();
      }
      assertThat(lowest).as("%s", integers).isEqualTo(2 * grid.middle() - grid.highest());
    }
  }

  @Test
  void aFullRangeHasTheSmallestScaleThatCutsNothingOff() {
    CodeLayout layout = CodeLayout.rows(3, 4, 4);
    float[] values = {-256, 1, 2, 254, -1, 0, 0, 127, 0, 0, 0, 0};
    Tensor weight = Tensor.ofFloats(values, 12);
    IntegerGrid full = new IntegerGrid(DType.INT8, true, CodeRange.FULL);
    Codes codes = encode(weight, layout, full, Scaling.PLAIN, 1);
    assertThat(codes.scales(3).toFloats()).containsExactly(2, 1, 1);
    assertThat(codes.codes(12).toLongs())
        .containsExactly(-128, 0, 1, 127, -1, 0, 0, 127, 0, 0, 0, 0);
    Codes usual =
        encode(weight, layout, new IntegerGrid(DType.INT8, true, false), Scaling.PLAIN, 1);
    assertThat(usual.scales(3).toFloats()).containsExactly((float) (256 / 127.0), 1, 1);
    for (CodeLayout other : LAYOUTS) {
      Tensor random = weight(other, 10);
      float[] found =
          encode(random, other, full, Scaling.PLAIN, 1).scales(other.scales()).toFloats();
      float[] before =
          encode(random, other, new IntegerGrid(DType.INT8, true, false), Scaling.PLAIN, 1)
              .scales(other.scales())
              .toFloats();
      for (int run = 0; run < found.length; run++)
        assertThat(found[run]).isPositive().isBetween(before[run] * 127 / 128.001f, before[run]);
    }
  }

  @Test
  void leastScalesAreKept() {
    CodeLayout layout = CodeLayout.rows(2, 4, 4);
    Tensor weight = Tensor.ofFloats(new float[] {0, 1, 2, 3, 0, 0, 0, 0}, 8);
    CodeFormat format = new IntegerGrid(DType.INT8, true, false);
    Codes codes = encode(weight, layout, format, Scaling.PLAIN.atLeast(0.5, 0.25), 1);
    assertThat(codes.scales(2).toFloats()).containsExactly(0.5f, 0.25f);
    assertThat(codes.codes(8).toLongs()).containsExactly(0, 2, 4, 6, 0, 0, 0, 0);
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    CodeLayout layout = CodeLayout.rows(2, 4, 4);
    CodeRequest request =
        new CodeRequest(
            "w",
            Tensor.ofFloats(new float[8], 8),
            layout,
            new IntegerGrid(DType.INT4, true, false));
    assertThatThrownBy(() -> request.with(Scaling.of(new ScaleSearch.HalfQuadratic(), FLOAT)))
        .hasMessage("w: search hqq chooses zero points; it needs asymmetric integers");
    assertThatThrownBy(
            () -> request.with(Scaling.PLAIN.weighted(new Importance(new float[2], 4, 1, 8))))
        .hasMessage("w: importance of 2 inputs, expected 4");
    assertThatThrownBy(() -> Importance.along(1, 2, Tensor.ofFloats(new float[12], 3, 4), 1, 2, 3))
        .hasMessageContaining("3 inputs in 2 groups do not fit axis 1 of");
    assertThatThrownBy(() -> new Importance(new float[] {1, -1}, 2, 1, 8))
        .hasMessage("importance -1.0");
    assertThatThrownBy(() -> new IntegerGrid(IntegerFormat.INT32, true, CodeRange.USUAL))
        .hasMessage("weights cannot be stored as int32");
    assertThatThrownBy(() -> new IntegerGrid(IntegerFormat.UINT4, false, CodeRange.RESTRICTED))
        .hasMessage("a restricted or full range is for symmetric codes");
    assertThatThrownBy(() -> new ScaledNumbers(IntegerFormat.UINT4))
        .hasMessage("weights cannot be stored as scaled uint4");
  }

  @Test
  void bitsAreCountedWithScalesAndZeroPoints() {
    CodeLayout layout = CodeLayout.rows(256, 64, 32);
    Tensor weight = weight(layout, 7);
    CodeFormat asymmetric = new IntegerGrid(DType.UINT4, false, false);
    CodeFormat symmetric = new IntegerGrid(DType.INT4, true, false);
    assertThat(encode(weight, layout, asymmetric, Scaling.PLAIN, 1).bitsPerWeight())
        .isEqualTo(4 + 1 + 4 / 32.0);
    assertThat(encode(weight, layout.tiled(16), symmetric, Scaling.PLAIN, 1).bitsPerWeight())
        .isEqualTo(4 + 32 / 32.0 / 16);
    Scaling half = Scaling.of(new ScaleSearch.AbsMax(), new ScaleStorage.Float16());
    assertThat(encode(weight, layout, symmetric, half, 1).bitsPerWeight()).isEqualTo(4.5);
    Scaling doubled = Scaling.of(new ScaleSearch.AbsMax(), new ScaleStorage.Doubled());
    assertThat(encode(weight, layout, symmetric, doubled, 1).bitsPerWeight())
        .isEqualTo(4 + 8 / 32.0 + 32 / 32.0 / 256);
  }

  @Test
  void theSpanIsFromTheLeastToTheGreatestValueThatAnyCodeStandsFor() {
    for (CodeFormat format : FORMATS) {
      for (CodeLayout layout : LAYOUTS) {
        Codes codes = encode(weight(layout, 3), layout, format, Scaling.PLAIN, 1);
        float low = 0;
        float high = 0;
        for (int i = 0; i < layout.scales(); i++) {
          float bottom = format.bottom(codes.scale(i), codes.zeroPoint(i));
          float top = format.top(codes.scale(i), codes.zeroPoint(i));
          low = Math.min(low, Math.min(bottom, top));
          high = Math.max(high, Math.max(bottom, top));
        }
        assertThat(codes.span()).as("%s %s", format, layout).isEqualTo(new Span(low, high));
      }
    }
  }
}
