package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.number.IntegerFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodebookFitTest {
  private static final CodebookSharing OWN = new CodebookSharing.Own();
  private static final CodebookSharing SHARED = new CodebookSharing.Shared();

  private static final List<CodeLayout> LAYOUTS =
      List.of(
          CodeLayout.whole(2001),
          CodeLayout.rows(17, 70, 32),
          CodeLayout.rows(9, 45, 45),
          CodeLayout.columns(100, 11, 32),
          CodeLayout.columns(64, 40, 64).fromTransposed(),
          CodeLayout.rows(40, 64, 16).fromTransposed(),
          new CodeLayout(3, 40, 8, 16, false, false),
          new CodeLayout(3, 40, 8, 40, true, false),
          CodeLayout.rows(17, 70, 32).tiled(4),
          CodeLayout.columns(100, 11, 32).tiled(5),
          CodeLayout.columns(64, 40, 64).tiled(16).fromTransposed());

  /** Normal values with outliers, channels of different widths, and one channel of zeros. */
  private static Tensor weight(CodeLayout layout, int seed) {
    Random random = new Random(seed);
    float[] values = new float[(int) layout.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * (1 + i % 7));
      if (random.nextInt(50) == 0) values[i] *= 4;
      if (i % 11 == 3) values[i] = 0;
    }
    return Tensor.ofFloats(values, values.length);
  }

  private static Codes encode(Tensor weight, CodeLayout layout, CodeFormat format) {
    return Encoder.encode(List.of(new CodeRequest("w", weight, layout, format)), 2).getFirst();
  }

  private static double error(Tensor weight, Codes codes) {
    float[] decoded = codes.decodedAsWeight().toFloats();
    double error = 0;
    for (int i = 0; i < decoded.length; i++) {
      double difference = (double) weight.floatAt(i) - decoded[i];
      error += difference * difference;
    }
    return error;
  }

  @Test
  void noCodebookIsWorseThanTheIntegersItStartsFrom() {
    for (CodeLayout layout : LAYOUTS) {
      Tensor weight = weight(layout, 1);
      for (int bits = 2; bits <= 8; bits++) {
        IntegerGrid integers = new IntegerGrid(IntegerFormat.signed(bits), true, CodeRange.USUAL);
        double before = error(weight, encode(weight, layout, integers));
        for (CodebookSharing sharing : List.of(OWN, new CodebookSharing.Group(3), SHARED)) {
          Codes codes = encode(weight, layout, ScaledNumbers.codebook(bits, sharing));
          assertThat(error(weight, codes))
              .as("%s, %d bits, %s", layout, bits, sharing)
              .isLessThanOrEqualTo(before * (1 + 1e-9));
        }
      }
    }
  }

  @Test
  void whatWasPrunedIsStillZero() {
    for (CodeLayout layout : LAYOUTS) {
      float[] values = weight(layout, 5).toFloats();
      values[7] = 0;
      values[8] = -0f;
      Tensor weight = Tensor.ofFloats(values, values.length);
      for (int bits = 2; bits <= 8; bits += 2) {
        Codes codes = encode(weight, layout, ScaledNumbers.codebook(bits, OWN));
        float[] decoded = codes.decodedAsWeight().toFloats();
        for (int i = 0; i < values.length; i++)
          if (values[i] == 0) assertThat(decoded[i]).as("%s, %d bits", layout, bits).isZero();
      }
    }
  }

  @Test
  void aGroupHasTheCodebookThatItsChannelsWouldHaveAlone() {
    CodeLayout layout = CodeLayout.rows(17, 70, 32);
    Tensor weight = weight(layout, 2);
    Codes codes = encode(weight, layout, ScaledNumbers.codebook(4, new CodebookSharing.Group(5)));
    assertThat(codes.tables().shape()).containsExactly(4, 16);
    assertThat(codes.channelsPerTable()).isEqualTo(5);
    for (int group = 0; group < 4; group++) {
      int rows = Math.min(5, 17 - 5 * group);
      Tensor part = Tensor.ofFloats(weight.toFloats(5L * group * 70, rows * 70), (long) rows * 70);
      Codes alone = encode(part, CodeLayout.rows(rows, 70, 32), ScaledNumbers.codebook(4, OWN));
      assertThat(Arrays.copyOfRange(codes.tables().toFloats(), 16 * group, 16 * group + 16))
          .isEqualTo(alone.tables().toFloats());
      assertThat(codes.decoded().toFloats(5L * group * 70, rows * 70))
          .isEqualTo(alone.decoded().toFloats());
    }
  }

  @Test
  void groupsFollowChannelsHoweverTheWeightLies() {
    CodeFormat format = ScaledNumbers.codebook(3, new CodebookSharing.Group(4));
    CodeLayout rows = CodeLayout.rows(10, 48, 16);
    Tensor weight = weight(rows, 3);
    float[] turned = new float[480];
    for (int r = 0; r < 10; r++)
      for (int k = 0; k < 48; k++) turned[k * 10 + r] = weight.floatAt(r * 48L + k);
    Tensor other = Tensor.ofFloats(turned, 480);
    float[] expected = encode(weight, rows, format).decodedAsWeight().toFloats();
    for (CodeLayout layout : List.of(CodeLayout.columns(48, 10, 16), rows.fromTransposed())) {
      float[] found = encode(other, layout, format).decodedAsWeight().toFloats();
      for (int r = 0; r < 10; r++)
        for (int k = 0; k < 48; k++)
          assertThat(found[k * 10 + r]).as("%s", layout).isEqualTo(expected[r * 48 + k]);
    }
    CodeLayout columns = CodeLayout.columns(48, 10, 16).fromTransposed();
    assertThat(encode(weight, columns, format).decodedAsWeight().toFloats()).isEqualTo(expected);
  }

  @Test
  void weightsThatShareACodebookHaveTheOneForAllOfThem() {
    CodeFormat format = ScaledNumbers.codebook(4, SHARED);
    CodeLayout layout = CodeLayout.rows(20, 64, 32);
    Tensor both = weight(CodeLayout.rows(40, 64, 32), 4);
    Tensor first = Tensor.ofFloats(both.toFloats(0, 1280), 1280);
    Tensor second = Tensor.ofFloats(both.toFloats(1280, 1280), 1280);
    List<Codes> codes =
        Encoder.encode(
            List.of(
                new CodeRequest("a", first, layout, format),
                new CodeRequest("b", second, layout, format),
                new CodeRequest("c", second, layout, ScaledNumbers.codebook(3, SHARED))),
            2);
    float[] levels = codes.get(0).tables().toFloats();
    assertThat(codes.get(1).tables().toFloats()).isEqualTo(levels);
    assertThat(codes.get(2).tables().count()).isEqualTo(8);
    Codes whole = encode(both, CodeLayout.rows(40, 64, 32), ScaledNumbers.codebook(4, OWN));
    assertThat(levels).containsExactly(whole.tables().toFloats(), within(1e-5f));
  }

  @Test
  void levelsAreTheMeansOfWhatIsNearestToThem() {
    CodeLayout layout = CodeLayout.rows(64, 128, 32);
    Tensor weight = weight(layout, 5);
    Codes codes = encode(weight, layout, ScaledNumbers.codebook(4, OWN));
    double[] weights = new double[16];
    double[] sums = new double[16];
    for (int i = 0; i < layout.count(); i++) {
      int code = codes.code(i);
      double scale = codes.scale(i / 32);
      weights[code] += scale * scale;
      sums[code] += scale * weight.floatAt(i);
    }
    float[] levels = codes.tables().toFloats();
    // A bin of numbers goes as a whole, and is 2^-10 wide.
    for (int code = 0; code < 16; code++)
      assertThat(levels[code]).isCloseTo((float) (sums[code] / weights[code]), within(2e-3f));
  }

  @Test
  void numbersThatAreLevelsStayAsTheyAre() {
    CodeLayout layout = CodeLayout.rows(8, 64, 64);
    IntegerGrid integers = new IntegerGrid(IntegerFormat.INT4, true, CodeRange.USUAL);
    Tensor grid = encode(weight(layout, 6), layout, integers).decodedAsWeight();
    Tensor flat = Tensor.ofFloats(grid.toFloats(), 512);
    Codes codes = encode(flat, layout, ScaledNumbers.codebook(4, OWN));
    assertThat(codes.decodedAsWeight().toFloats()).isEqualTo(flat.toFloats());
  }

  @Test
  void importanceMovesLevels() {
    CodeLayout layout = CodeLayout.rows(64, 64, 64);
    Tensor weight = weight(layout, 7);
    float[] importance = new float[64];
    for (int k = 0; k < 64; k++) importance[k] = k < 32 ? 1 : 0;
    ScaleSearch search = new ScaleSearch.AbsMax();
    CodeRequest request =
        new CodeRequest("w", weight, layout, ScaledNumbers.codebook(2, OWN))
            .with(
                Scaling.of(search, new ScaleStorage.Float32())
                    .weighted(new Importance(importance, 64, 1, 4096)));
    Codes weighed = Encoder.encode(List.of(request), 1).getFirst();
    Codes equal = encode(weight, layout, ScaledNumbers.codebook(2, OWN));
    double better = 0;
    for (int i = 0; i < layout.count(); i++) {
      if (i % 64 >= 32) continue;
      double value = weight.floatAt(i);
      better += Math.pow(value - equal.decoded().floatAt(i), 2);
      better -= Math.pow(value - weighed.decoded().floatAt(i), 2);
    }
    assertThat(better).isPositive();
  }

  @Test
  void threadsChangeNothing() {
    List<CodeRequest> requests = new ArrayList<>();
    for (CodeLayout layout : LAYOUTS)
      for (CodebookSharing sharing : List.of(OWN, new CodebookSharing.Group(2), SHARED))
        requests.add(
            new CodeRequest("w", weight(layout, 8), layout, ScaledNumbers.codebook(4, sharing)));
    List<Codes> alone = Encoder.encode(requests, 1);
    List<Codes> together = Encoder.encode(requests, 3);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(together.get(i).tables().sameAs(alone.get(i).tables())).isTrue();
      assertThat(together.get(i).decoded().sameAs(alone.get(i).decoded())).isTrue();
    }
  }

  @Test
  void tablesAreCounted() {
    CodeLayout layout = CodeLayout.rows(64, 64, 64);
    Tensor weight = weight(layout, 9);
    for (CodebookSharing sharing : List.of(OWN, SHARED))
      assertThat(encode(weight, layout, ScaledNumbers.codebook(4, sharing)).bitsPerWeight())
          .isEqualTo(4 + 32 / 64.0 + 16 * 32 / 4096.0);
    CodeFormat groups = ScaledNumbers.codebook(4, new CodebookSharing.Group(24));
    assertThat(encode(weight, layout, groups).bitsPerWeight())
        .isEqualTo(4 + 32 / 64.0 + 3 * 16 * 32 / 4096.0);
    CodeFormat threeBits = new IntegerGrid(IntegerFormat.signed(3), true, CodeRange.USUAL);
    assertThat(encode(weight, layout, threeBits).bitsPerWeight())
        .isEqualTo(3 + 32 / 64.0 + 8 * 32 / 4096.0);
  }
}
