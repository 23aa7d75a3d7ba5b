package dev.halftone.onnx;

import dev.halftone.tensor.Tensor;
import java.util.List;

/** Sums of products of codes as the specification has them, one by one. */
final class IntegerProducts {
  private IntegerProducts() {}

  /**
   * {@code sum_k (a[i, k] - aZero) * (b[k, j] - bZero)} of {@code [..., n, k]} and {@code [..., k,
   * m]} with the same leading dimensions.
   */
  static int[] matMul(Tensor a, long aZero, Tensor b, long bZero) {
    int n = (int) a.dimension(-2);
    int depth = (int) a.dimension(-1);
    int m = (int) b.dimension(-1);
    int[] sums = new int[(int) (a.count() / depth) * m];
    for (int at = 0; at < sums.length; at++) {
      int row = at / m;
      int matrix = row / n;
      for (int k = 0; k < depth; k++) {
        long left = a.longAt((long) row * depth + k) - aZero;
        long right = b.longAt(((long) matrix * depth + k) * m + at % m) - bZero;
        sums[at] += (int) (left * right);
      }
    }
    return sums;
  }

  /**
   * Convolution of {@code [1, channels, height, width]} with {@code [maps, channels, h, w]}, of
   * stride 1, padded by codes of 0.
   *
   * @param wZero one, or one for each map
   * @param pads top, left, bottom, right; empty for none
   */
  static int[] convolution(Tensor x, long xZero, Tensor w, long[] wZero, List<Long> pads) {
    int top = pads.isEmpty() ? 0 : pads.get(0).intValue();
    int left = pads.isEmpty() ? 0 : pads.get(1).intValue();
    int height = (int) outputSize(x, w, 2, pads);
    int width = (int) outputSize(x, w, 3, pads);
    int[] sums = new int[(int) w.dimension(0) * height * width];
    for (int at = 0; at < sums.length; at++) {
      int map = at / (height * width);
      for (int tap = 0; tap < w.count() / w.dimension(0); tap++) {
        int column = tap % (int) w.dimension(3);
        int row = tap / (int) w.dimension(3) % (int) w.dimension(2);
        long channel = tap / (w.dimension(2) * w.dimension(3));
        long i = at / width % height + row - top;
        long j = at % width + column - left;
        if (i < 0 || i >= x.dimension(2) || j < 0 || j >= x.dimension(3)) continue;
        long value = x.longAt((channel * x.dimension(2) + i) * x.dimension(3) + j) - xZero;
        long weight = w.longAt(map * (w.count() / w.dimension(0)) + tap);
        sums[at] += (int) (value * (weight - wZero[map % wZero.length]));
      }
    }
    return sums;
  }

  static long outputSize(Tensor x, Tensor w, int axis, List<Long> pads) {
    long padding = pads.isEmpty() ? 0 : pads.get(axis - 2) + pads.get(axis);
    return x.dimension(axis) + padding - w.dimension(axis) + 1;
  }
}
