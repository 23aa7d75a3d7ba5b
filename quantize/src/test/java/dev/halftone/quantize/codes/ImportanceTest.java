package dev.halftone.quantize.codes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImportanceTest {
  private static Tensor zeros(long... shape) {
    return Tensor.ofFloats(new float[Math.toIntExact(Tensor.elements(shape))], shape);
  }

  private static float[] all(Importance importance, Tensor weight) {
    float[] all = new float[Math.toIntExact(weight.count())];
    for (int i = 0; i < all.length; i++) all[i] = importance.at(i);
    return all;
  }

  @Test
  void everyElementCountsAsItsInputDoes() {
    Tensor product = zeros(3, 2);
    assertThat(all(Importance.along(0, 1, product, 1, 2, 3), product))
        .containsExactly(1, 1, 2, 2, 3, 3);
    Tensor turned = zeros(2, 3);
    assertThat(all(Importance.along(1, 1, turned, 1, 2, 3), turned))
        .containsExactly(1, 2, 3, 1, 2, 3);
    Tensor convolution = zeros(2, 2, 1, 2);
    assertThat(all(Importance.along(1, 1, convolution, 1, 2), convolution))
        .containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
    Tensor grouped = zeros(4, 2, 1, 1);
    assertThat(all(Importance.along(1, 2, grouped, 1, 2, 3, 4), grouped))
        .containsExactly(1, 2, 1, 2, 3, 4, 3, 4);
    Tensor depthwise = zeros(3, 1, 2);
    assertThat(all(Importance.along(1, 3, depthwise, 1, 2, 3), depthwise))
        .containsExactly(1, 1, 2, 2, 3, 3);
    assertThat(Importance.EQUAL.at(7)).isEqualTo(1);
  }

  @Test
  void inputsThatDoNotFitAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Importance.along(0, 1, zeros(3, 2), 1, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Importance.along(1, 2, zeros(3, 2), 1, 2, 3, 4));
    for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY})
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Importance.along(0, 1, zeros(2, 2), 1, wrong));
  }

  /** The weighted error of a weight under every layout, against that of a plain search. */
  @Test
  void theWeightedErrorIsLeastHoweverTheWeightLies() {
    Random random = new Random(5);
    for (CodeLayout layout :
        List.of(
            CodeLayout.rows(12, 60, 20),
            CodeLayout.columns(60, 12, 20),
            CodeLayout.columns(60, 12, 60).fromTransposed(),
            CodeLayout.paddedRows(12, 60, 32).fromTransposed(),
            CodeLayout.whole(720))) {
      Tensor weight = weight(random);
      float[] inputs = new float[60];
      for (int i = 0; i < inputs.length; i++) inputs[i] = (float) Math.exp(random.nextGaussian());
      Importance importance = importance(layout, weight, inputs);
      Scaling plain = Scaling.of(new ScaleSearch.SquaredError(), new ScaleStorage.Float32());
      Scaling weighted =
          Scaling.of(new ScaleSearch.WeightedError(), new ScaleStorage.Float32())
              .weighted(importance);
      for (CodeFormat format :
          List.of(
              new IntegerGrid(DType.INT4, true, false),
              new IntegerGrid(DType.UINT4, false, false))) {
        double after = cost(weight, layout, format, weighted, importance);
        double before = cost(weight, layout, format, plain, importance);
        // One scale for everything may be the best of those tried by both measures.
        if (layout.scales() == 1) assertThat(after).isLessThanOrEqualTo(before);
        else assertThat(after).as("%s %s", layout, format).isLessThan(before);
      }
    }
  }

  @Test
  void levelsOfACodebookAreFittedByImportanceToo() {
    Random random = new Random(6);
    for (CodeLayout layout :
        List.of(
            CodeLayout.rows(12, 60, 20),
            CodeLayout.columns(60, 12, 20),
            CodeLayout.columns(60, 12, 60).fromTransposed())) {
      Tensor weight = weight(random);
      float[] inputs = new float[60];
      for (int i = 0; i < inputs.length; i++) inputs[i] = (float) Math.exp(random.nextGaussian());
      Importance importance = importance(layout, weight, inputs);
      CodeFormat format = ScaledNumbers.codebook(3, new CodebookSharing.Own());
      assertThat(cost(weight, layout, format, Scaling.PLAIN.weighted(importance), importance))
          .isLessThan(cost(weight, layout, format, Scaling.PLAIN, importance));
    }
  }

  private static Tensor weight(Random random) {
    float[] values = new float[720];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return Tensor.ofFloats(values, 720);
  }

  /** Inputs along the layout's length; those of a whole tensor along rows of 60. */
  private static Importance importance(CodeLayout layout, Tensor weight, float[] inputs) {
    boolean rows = layout.inner() == 1 != layout.transposed();
    return rows
        ? Importance.along(1, 1, weight.reshape(12, 60), inputs)
        : Importance.along(0, 1, weight.reshape(60, 12), inputs);
  }

  private static double cost(
      Tensor weight, CodeLayout layout, CodeFormat format, Scaling scaling, Importance importance) {
    CodeRequest request = new CodeRequest("w", weight, layout, format).with(scaling);
    Tensor decoded = Encoder.encode(List.of(request), 2).getFirst().decodedAsWeight();
    double cost = 0;
    for (int i = 0; i < weight.count(); i++) {
      double error = (double) weight.floatAt(i) - decoded.floatAt(i);
      cost += importance.at(i) * error * error;
    }
    return cost;
  }
}
