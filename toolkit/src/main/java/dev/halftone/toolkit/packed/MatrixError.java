package dev.halftone.toolkit.packed;

import dev.halftone.kernels.Kernels;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.tensor.Tensor;

/** How far all codes of a matrix are from it, added up piece by piece. */
final class MatrixError {
  private double signal;
  private double noise;

  void add(Tensor part, Codes codes) {
    float[] values = part.toFloats();
    float[] decoded = codes.decoded().toFloats();
    signal += Kernels.sumOfSquares(values, 0, values.length);
    noise += Kernels.sumOfSquaredDifferences(values, 0, decoded, 0, values.length);
  }

  /** {@code 10 log10} of the sums of squares of values and of errors; infinite without errors. */
  double sqnrDb() {
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }
}
