package dev.halftone.toolkit.blocks;

import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.Tensor;

/**
 * How like a matrix of a graph is to one of a checkpoint, by some of their rows or by all.
 *
 * @param weight of the graph
 * @param turned whether it lies as {@code [columns, channels]}, as MatMul has it
 */
record Likeness(Tensor weight, boolean turned) {
  /** Rows that are compared. */
  private static final int ROWS = 32;

  /** 2^32 over the golden ratio. */
  private static final long SPREAD = 0x9E37_79B1L;

  long channels() {
    return weight.dimension(turned ? 1 : 0);
  }

  long columns() {
    return weight.dimension(turned ? 0 : 1);
  }

  /** Place of a channel's value in the weight. */
  long place(long channel, long column) {
    return turned ? column * channels() + channel : channel * columns() + column;
  }

  boolean fits(BlockMatrix matrix) {
    return matrix.rows() == channels() && matrix.columns() == columns();
  }

  /** As {@link #decibels}, by some rows from everywhere. */
  double roughly(BlockMatrix matrix, RowOrder order) {
    return decibels(matrix, order, Math.min(ROWS, channels()));
  }

  /**
   * {@code 10 log10} of the sums of squares of the weight and of its difference, in dB; below 0 for
   * matrices that have nothing to do with each other, some 20 for 4 bits.
   */
  double decibels(BlockMatrix matrix, RowOrder order) {
    return decibels(matrix, order, channels());
  }

  private double decibels(BlockMatrix matrix, RowOrder order, long rows) {
    float[] blocks = new float[matrix.columns()];
    float[] own = new float[matrix.columns()];
    double signal = 0;
    double noise = 0;
    for (long i = 0; i < rows; i++) {
      // Steps that no order of rows within heads goes by.
      long channel = rows == channels() ? i : (i * SPREAD & 0xFFFF_FFFFL) * channels() >>> 32;
      for (int k = 0; k < own.length; k++) own[k] = weight.floatAt(place(channel, k));
      matrix.read(order.row(channel), blocks);
      signal += Kernels.sumOfSquares(own, 0, own.length);
      noise += Kernels.sumOfSquaredDifferences(own, 0, blocks, 0, own.length);
    }
    if (noise == 0) return Double.POSITIVE_INFINITY;
    double ratio = 10 * Math.log10(signal / noise);
    return Double.isNaN(ratio) ? Double.NEGATIVE_INFINITY : ratio;
  }
}
