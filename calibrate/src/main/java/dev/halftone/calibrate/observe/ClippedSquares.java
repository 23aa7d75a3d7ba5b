package dev.halftone.calibrate.observe;

/** Squares, in constant time for each edge, from running sums over the bins. */
final class ClippedSquares implements ClippedPowers {
  private final int first;
  private final int end;
  private final double width;
  private final double[] elements;
  private final double[] sums;
  private final double[] squares;

  ClippedSquares(Histogram histogram) {
    first = Math.min(histogram.first(), 0);
    end = Math.max(histogram.end(), 0);
    width = histogram.width();
    elements = new double[end - first + 1];
    sums = new double[elements.length];
    squares = new double[elements.length];
    for (int bin = first; bin < end; bin++) {
      double middle = (bin + 0.5) * width;
      double count = histogram.countWithoutZeros(bin);
      int i = bin - first;
      elements[i + 1] = elements[i] + count;
      sums[i + 1] = sums[i] + count * middle;
      squares[i + 1] = squares[i] + count * middle * middle;
    }
  }

  @Override
  public double below(int edge) {
    int i = edge - first;
    double l = edge * width;
    return squares[i] - 2 * l * sums[i] + l * l * elements[i];
  }

  @Override
  public double above(int edge) {
    int i = edge - first;
    int all = end - first;
    double h = edge * width;
    return squares[all]
        - squares[i]
        - 2 * h * (sums[all] - sums[i])
        + h * h * (elements[all] - elements[i]);
  }
}
