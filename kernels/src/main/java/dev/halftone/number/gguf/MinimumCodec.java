package dev.halftone.number.gguf;

import dev.halftone.kernels.AffineFit;
import dev.halftone.kernels.AffineScales;
import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ErrorWeights;
import dev.halftone.kernels.ErrorWeights.Given;
import dev.halftone.kernels.ScaleFits;
import org.jspecify.annotations.Nullable;

/**
 * Q2_K, Q4_K and Q5_K: small blocks of {@code scale * code - minimum}, both small integers times
 * the super-block's {@code d} and {@code dmin} of half precision. Each small block is searched as
 * floats; their scales and minima become integers; the values are rounded again on what these say.
 */
abstract class MinimumCodec extends SuperBlockCodec {
  private final int size;
  private final int levels;
  private final int scaleLevels;
  private final float varianceFactor;
  private final AffineFit plain;
  private final ErrorWeights own;
  private final AffineFit weighted;

  /**
   * @param plain the search without importance
   * @param own weights of errors without importance
   * @param scaleLevels greatest integer of a scale or minimum
   * @param varianceFactor what the mean square is multiplied by in weights with importance
   */
  MinimumCodec(
      int bytes, AffineFit plain, ErrorWeights own, int scaleLevels, float varianceFactor) {
    super(bytes);
    this.own = own;
    this.plain = plain;
    this.scaleLevels = scaleLevels;
    this.varianceFactor = varianceFactor;
    size = plain.size();
    levels = plain.levels();
    weighted = new AffineFit(size, levels, -0.9f, 0.05f, 36, false);
  }

  /** Where the two scales are within a block, {@code d} first. */
  abstract int scaleAt();

  /** Stores the integer scales and minima of the small blocks. */
  abstract void packScales(int[] scales, int[] minima, byte[] out, int at);

  /** The reverse of {@link #packScales}. */
  abstract void unpackScales(byte[] block, int at, int[] scales, int[] minima);

  /** Stores the codes of a super-block, {@code codes[from, from + 256)}. */
  abstract void packCodes(byte[] codes, int from, byte[] out, int at);

  abstract void unpackCodes(byte[] block, int at, byte[] codes);

  @Override
  final Search search(int count) {
    return new MinimumSearch(count);
  }

  @Override
  final void dequantize(byte[] block, int at, float[] out, int to) {
    float d = BlockBytes.half(block, at + scaleAt());
    float dmin = BlockBytes.half(block, at + scaleAt() + 2);
    int[] scales = new int[SIZE / size];
    int[] minima = new int[SIZE / size];
    byte[] codes = new byte[SIZE];
    unpackScales(block, at, scales, minima);
    unpackCodes(block, at, codes);
    for (int b = 0; b < SIZE / size; b++) {
      float scale = d * scales[b];
      float minimum = dmin * minima[b];
      for (int i = b * size; i < (b + 1) * size; i++) out[to + i] = scale * codes[i] - minimum;
    }
  }

  private final class MinimumSearch implements Search {
    private final int blocks = SIZE / size;
    private final AffineScales found;
    private final float[] sums;
    private final byte[] scaleCodes;
    private final byte[] minimumCodes;
    private final float[] d;
    private final float[] dmin;

    /** Scales and minima as integers times their unit. */
    private final float[] scales;

    private final float[] minima;

    /** Only where there is importance. */
    private float[] weights = {};

    private final int[] blockScales = new int[blocks];
    private final int[] blockMinima = new int[blocks];
    private final byte[] codes;

    MinimumSearch(int count) {
      found = new AffineScales(count * blocks);
      sums = new float[count * blocks];
      scaleCodes = new byte[count * blocks];
      minimumCodes = new byte[count * blocks];
      d = new float[count];
      dmin = new float[count];
      scales = new float[count * blocks];
      minima = new float[count * blocks];
      codes = new byte[count * SIZE];
    }

    @Override
    public void quantize(
        float[] x,
        int from,
        int count,
        float @Nullable [] importance,
        int column,
        byte[] out,
        int at) {
      if (importance == null) {
        ScaleFits.affine(x, from, count * blocks, plain, own, found);
        for (int s = 0; s < count; s++) {
          d[s] = round(found.scales(), s * blocks, scaleCodes);
          dmin[s] = round(found.minima(), s * blocks, minimumCodes);
        }
      } else {
        weighByImportance(x, from, count, importance, column);
        ScaleFits.affine(x, from, count * blocks, weighted, new Given(weights), found);
        Weights.sums(weights, count * blocks, size, sums);
        ScaleFits.positive(found.scales(), 0, count, blocks, scaleLevels, sums, d, scaleCodes);
        ScaleFits.positive(found.minima(), 0, count, blocks, scaleLevels, sums, dmin, minimumCodes);
      }
      for (int s = 0; s < count; s++) storeScales(s, out, at + s * bytes);
      // Where the integer scale is 0 any codes do; these are what the search left.
      for (int b = 0; b < count * blocks; b++) {
        int i = b * size;
        if (scales[b] == 0) ScaleFits.affineCodes(x, from + i, plain, found, b, codes, i);
      }
      ScaleFits.codes(x, from, count * blocks, size, scales, minima, 0, levels, codes, 0);
      for (int s = 0; s < count; s++) packCodes(codes, s * SIZE, out, at + s * bytes);
    }

    private void weighByImportance(float[] x, int from, int count, float[] importance, int column) {
      if (weights.length < count * SIZE) weights = new float[count * SIZE];
      Weights.squares(x, from, count * SIZE, weights, 0);
      Weights.sums(weights, count, SIZE, sums);
      for (int s = 0; s < count; s++) {
        int i = s * SIZE;
        float variance = varianceFactor * sums[s] / SIZE;
        Weights.weigh(x, from + i, SIZE, importance, column + i, variance, weights, i);
      }
    }

    /** Integers for the scales of a super-block, the greatest the highest; returns their unit. */
    private float round(float[] scales, int from, byte[] integers) {
      float max = greatest(scales, from, blocks);
      float inverse = max > 0 ? scaleLevels / max : 0;
      for (int b = from; b < from + blocks; b++) {
        int integer = CConversions.nearest(inverse * scales[b]) & 0xFF;
        integers[b] = (byte) Math.min(scaleLevels, integer);
      }
      return max / scaleLevels;
    }

    private void storeScales(int superBlock, byte[] out, int at) {
      int first = superBlock * blocks;
      for (int b = 0; b < blocks; b++) {
        blockScales[b] = Math.min(scaleLevels, scaleCodes[first + b] & 0xFF);
        blockMinima[b] = Math.min(scaleLevels, minimumCodes[first + b] & 0xFF);
      }
      packScales(blockScales, blockMinima, out, at);
      float unit = BlockBytes.putHalf(out, at + scaleAt(), d[superBlock]);
      float minimumUnit = BlockBytes.putHalf(out, at + scaleAt() + 2, dmin[superBlock]);
      for (int b = 0; b < blocks; b++) {
        scales[first + b] = unit * blockScales[b];
        minima[first + b] = minimumUnit * blockMinima[b];
      }
    }
  }
}
