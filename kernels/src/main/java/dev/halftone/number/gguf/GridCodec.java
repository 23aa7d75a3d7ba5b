package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The IQ2 and IQ3 types: 256 values, {@code d} in half precision first. Groups of magnitudes are
 * points of a grid; signs are stored apart; small blocks have a scale of 4 bits.
 */
abstract class GridCodec extends BlockCodec {
  static final int SIZE = 256;

  private final GridRules rules;
  private final float[] levels;

  /**
   * @param levels magnitudes that the coordinates come back as
   */
  GridCodec(int bytes, GridRules rules, float... levels) {
    super(SIZE, bytes);
    this.rules = rules;
    this.levels = levels;
  }

  abstract void putPoint(byte[] out, int at, int group, int index);

  abstract int point(byte[] block, int at, int group);

  /** Stores the signs of 8 values, in 7 bits where the rules say so. */
  abstract void putSigns(byte[] out, int at, int eight, int signs);

  /** The signs of 8 values. */
  abstract int signs(byte[] block, int at, int eight);

  abstract void putScale(byte[] out, int at, int smallBlock, int code);

  abstract int scaleCode(byte[] block, int at, int smallBlock);

  abstract float scale(float d, int code);

  @Override
  final void quantize(
      float[] x, int from, int to, float @Nullable [] importance, byte[] out, int at) {
    GridFit fit = new GridFit(rules);
    float[] scales = new float[SIZE / rules.size()];
    for (int i = from; i < to; i += SIZE, at += bytes) {
      Arrays.fill(out, at, at + bytes, (byte) 0);
      float meanSquare = Weights.sumOfSquares(x, i, SIZE) / SIZE;
      float max = 0;
      int place = 0;
      for (int b = 0; b < scales.length; b++) {
        int first = b * rules.size();
        scales[b] = fit.fit(x, i + first, importance, i - from + first, meanSquare);
        max = max > scales[b] ? max : scales[b];
        store(fit, b, place, out, at);
        if (!fit.empty) place++;
      }
      if (max != 0) putScales(scales, max, out, at);
      else if (rules.clears()) Arrays.fill(out, at, at + bytes, (byte) 0);
    }
  }

  /**
   * Stores what was found for a small block.
   *
   * @param place how many of those before it are not zeros
   */
  void store(GridFit fit, int smallBlock, int place, byte[] out, int at) {
    int groups = fit.points.length;
    for (int g = 0; g < groups; g++) putPoint(out, at, smallBlock * groups + g, fit.points[g]);
    int eights = fit.signs.length;
    for (int s = 0; s < eights; s++) putSigns(out, at, smallBlock * eights + s, fit.signs[s]);
  }

  private void putScales(float[] scales, float max, byte[] out, int at) {
    float d = max / 31;
    float inverse = 1 / d;
    BlockBytes.putHalf(out, at, d * rules.stored());
    for (int b = 0; b < scales.length; b++) {
      int code = CConversions.nearest(0.5f * (inverse * scales[b] - 1));
      putScale(out, at, b, Math.max(0, Math.min(15, code)));
    }
  }

  @Override
  final void dequantize(byte[] block, int at, float[] out, int to) {
    float d = BlockBytes.half(block, at);
    Grid grid = rules.grid();
    for (int i = 0; i < SIZE; i += grid.dimensions) {
      float scale = scale(d, scaleCode(block, at, i / rules.size()));
      int index = point(block, at, i / grid.dimensions);
      int signs = signs(block, at, i / 8) >> i % 8;
      for (int k = 0; k < grid.dimensions; k++) {
        float magnitude = scale * levels[grid.coordinate(index, k)];
        out[to + i + k] = magnitude * ((signs >> k & 1) == 1 ? -1f : 1f);
      }
    }
  }

  /** Eight signs from seven: the last one makes the number of negatives even. */
  static int eightSigns(int seven) {
    return seven | (Integer.bitCount(seven) & 1) << 7;
  }

  /** Adds a nibble, the first of two lowest. */
  static void putNibble(byte[] out, int at, int number, int nibble) {
    out[at + number / 2] |= (byte) (nibble << number % 2 * 4);
  }

  static int nibble(byte[] block, int at, int number) {
    return block[at + number / 2] >> number % 2 * 4 & 0xF;
  }
}
