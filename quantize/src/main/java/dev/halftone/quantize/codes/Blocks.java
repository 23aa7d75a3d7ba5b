package dev.halftone.quantize.codes;

import dev.halftone.kernels.Kernels;
import dev.halftone.kernels.PowerTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs of values that share a scale each, as the columns of a matrix, so that loops over rows work
 * on many runs at once and each run is summed in the order of its elements. Shorter runs are filled
 * up with zeros, which are coded exactly and so add nothing to an error. A single long run lies in
 * {@value #LANES} columns instead, whose sums are added up in halves.
 */
final class Blocks {
  static final int LANES = 256;

  private final int rows;
  private final int columns;
  private final boolean single;
  private final float[] values;
  private final float[] errors;
  private float @Nullable [] importance;
  final float[] lows;
  final float[] highs;

  private Blocks(int rows, int columns, boolean single, float[] values) {
    this.rows = rows;
    this.columns = columns;
    this.single = single;
    this.values = values;
    this.errors = new float[columns];
    this.lows = new float[columns];
    this.highs = new float[columns];
  }

  /** Runs that are the columns of {@code values} already. */
  static Blocks columns(float[] values, int rows, int columns) {
    return new Blocks(rows, columns, false, values);
  }

  /** Runs of up to {@code length} zeros, to be set. */
  static Blocks zeros(int length, int runs) {
    return new Blocks(length, runs, false, new float[Math.multiplyExact(length, runs)]);
  }

  /** One run of {@code length} zeros, to be set. */
  static Blocks single(int length) {
    int rows = Math.ceilDiv(length, LANES);
    return new Blocks(rows, LANES, true, new float[Math.multiplyExact(rows, LANES)]);
  }

  /** The values, row by row; those of a single run in their order. */
  float[] values() {
    return values;
  }

  int runs() {
    return single ? 1 : columns;
  }

  void set(int index, int run, float value) {
    values[index * columns + run] = value;
  }

  /** Sets the weight of an element's error; all others weigh nothing once one is set. */
  void weigh(int index, int run, float weight) {
    if (importance == null) importance = new float[values.length];
    importance[single ? index : index * columns + run] = weight;
  }

  /** Fills in the least and greatest value of each run. */
  void findRanges() {
    Arrays.fill(lows, Float.POSITIVE_INFINITY);
    Arrays.fill(highs, Float.NEGATIVE_INFINITY);
    Kernels.channelRanges(values, 0, rows, columns, 1, lows, highs);
    if (!single) return;
    for (int c = 1; c < columns; c++) {
      lows[0] = Math.min(lows[0], lows[c]);
      highs[0] = Math.max(highs[0], highs[c]);
    }
  }

  /** Values of one run, without what fills it up if {@code count} says so. */
  float[] run(int run, int count) {
    if (single) return Arrays.copyOf(values, count);
    float[] values = new float[count];
    for (int r = 0; r < count; r++) values[r] = this.values[r * columns + run];
    return values;
  }

  int length() {
    return single ? values.length : rows;
  }

  /**
   * What coding with these scales loses of each run: {@code sums[run] = sum importance |error|^p}.
   *
   * @param power null for squares
   */
  void cost(
      CodeFormat format,
      float[] scales,
      float[] zeroPoints,
      @Nullable PowerTable power,
      double[] sums) {
    if (single) {
      Arrays.fill(scales, scales[0]);
      Arrays.fill(zeroPoints, zeroPoints[0]);
    }
    Arrays.fill(sums, 0);
    for (int r = 0; r < rows; r++) {
      format.errors(values, r * columns, columns, scales, zeroPoints, errors);
      add(r * columns, power, sums);
    }
    if (!single) return;
    for (int half = columns / 2; half > 0; half /= 2)
      for (int c = 0; c < half; c++) sums[c] += sums[c + half];
  }

  private void add(int from, @Nullable PowerTable power, double[] sums) {
    if (power != null) power.add(errors, 0, columns, sums);
    else if (importance == null) Kernels.addSquares(errors, 0, columns, sums);
    else
      for (int c = 0; c < columns; c++)
        sums[c] += (double) errors[c] * errors[c] * importance[from + c];
  }

  /** Columns, which arrays of scales and sums have an entry each for. */
  int width() {
    return columns;
  }
}
