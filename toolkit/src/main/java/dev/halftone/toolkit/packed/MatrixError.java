package dev.halftone.toolkit.packed;

import dev.halftone.kernels.Kernels;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.tensor.Tensor;

/**
 * How far codes are from what they stand for.
 *
 * @param signal sum of squares of the values
 * @param noise that of the differences
 */
record MatrixError(double signal, double noise) {
  static final MatrixError NONE = new MatrixError(0, 0);

  static MatrixError of(Tensor part, Codes codes) {
    float[] values = part.toFloats();
    float[] decoded = codes.decoded().toFloats();
    return new MatrixError(
        Kernels.sumOfSquares(values, 0, values.length),
        Kernels.sumOfSquaredDifferences(values, 0, decoded, 0, values.length));
  }

  MatrixError plus(MatrixError other) {
    return new MatrixError(signal + other.signal, noise + other.noise);
  }

  /** {@code 10 log10} of the sums of squares of values and of errors; infinite without errors. */
  double sqnrDb() {
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }
}
