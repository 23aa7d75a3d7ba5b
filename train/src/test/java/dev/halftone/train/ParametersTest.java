package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.tensor.Tensor;
import org.junit.jupiter.api.Test;

final class ParametersTest {
  private static final Tensor WEIGHT = Tensor.ofFloats(new float[] {3, 4, 0, 0, 6, 8}, 3, 2);

  private static void assertUnits(Tensor units, long[] shape, float... expected) {
    assertThat(units.shape()).containsExactly(shape);
    assertThat(units.toFloats()).containsExactly(expected);
  }

  private static float root(double square) {
    return (float) Math.sqrt(square);
  }

  /** A channel that is all zero has the unit of the whole. */
  @Test
  void magnitudesAreByChannel() {
    float whole = root(125 / 6.0);
    assertUnits(
        Parameters.magnitudes(WEIGHT, 0, null), new long[] {3, 1}, root(12.5), whole, root(50));
    assertUnits(
        Parameters.magnitudes(WEIGHT, 1, null), new long[] {1, 2}, root(15), root(80 / 3.0));
    assertUnits(Parameters.magnitudes(WEIGHT, -1, null), new long[] {1, 1}, whole);
  }

  @Test
  void whatStaysZeroDoesNotCount() {
    Tensor mask = Tensor.ofFloats(new float[] {1, 1, 0, 0, 0, 1}, 3, 2);
    float whole = root(89 / 3.0);
    assertUnits(Parameters.magnitudes(WEIGHT, 0, mask), new long[] {3, 1}, root(12.5), whole, 8);
  }

  @Test
  void weightsThatAreAllZeroHaveAUnitStill() {
    Tensor zeros = Tensor.ofFloats(new float[4], 2, 2);
    assertUnits(Parameters.magnitudes(zeros, 0, null), new long[] {2, 1}, 0.01f, 0.01f);
  }
}
