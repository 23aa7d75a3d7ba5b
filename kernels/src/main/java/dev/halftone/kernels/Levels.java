package dev.halftone.kernels;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A table of real levels, one for each code of 8 bits or less. A number becomes the code of the
 * nearest level in real distance, of two equally near the lower level, exactly: thresholds are the
 * midpoints, rounded down to a float. Of equal levels the first (-0 before 0) takes what is below
 * them and nearest to them, the last all else. Infinities go to the outermost levels, NaN to where
 * 0 goes.
 */
public final class Levels {
  /** Lower bits of a float that {@link #firstRanks} leaves out. */
  private static final int DROPPED = 19;

  /** Numbers from which on {@link #firstRanks} is worth its making. */
  private static final int MANY = 1 << 14;

  private final float[] byCode;
  private final byte[] codeOfRank;

  /** Ascending; a value above {@code thresholds[r]} has a rank above {@code r}. Ends in NaN. */
  private final float[] thresholds;

  private final int steps;
  private volatile byte[] firstRanks = {};

  /**
   * @param byCode level of each code
   * @throws IllegalArgumentException if a level is not finite, or they are none or more than 256
   */
  public Levels(float[] byCode) {
    if (byCode.length < 1 || byCode.length > 256)
      throw new IllegalArgumentException(byCode.length + " levels, expected 1 to 256");
    for (float level : byCode) {
      if (!Float.isFinite(level))
        throw new IllegalArgumentException("level " + level + " is not finite");
    }
    this.byCode = byCode.clone();
    int[] ranked =
        IntStream.range(0, byCode.length)
            .boxed()
            .sorted(Comparator.comparing(code -> byCode[code]))
            .mapToInt(code -> code)
            .toArray();
    steps = 32 - Integer.numberOfLeadingZeros(ranked.length - 1);
    codeOfRank = new byte[1 << steps];
    thresholds = new float[1 << steps];
    Arrays.fill(thresholds, Float.NaN);
    for (int rank = 0; rank < ranked.length; rank++) {
      codeOfRank[rank] = (byte) ranked[rank];
      if (rank > 0) thresholds[rank - 1] = middle(byCode[ranked[rank - 1]], byCode[ranked[rank]]);
    }
  }

  /** The largest float that belongs to the lower of two levels. */
  private static float middle(float low, float high) {
    if (low == high) return Math.nextDown(high);
    BigDecimal middle = new BigDecimal(low).add(new BigDecimal(high)).divide(BigDecimal.valueOf(2));
    float nearest = middle.floatValue();
    return new BigDecimal(nearest).compareTo(middle) > 0 ? Math.nextDown(nearest) : nearest;
  }

  /** How many codes there are. */
  public int count() {
    return byCode.length;
  }

  /** Level of {@code code}. */
  public float level(int code) {
    return byCode[code];
  }

  /** The levels, by code. */
  public float[] toArray() {
    return byCode.clone();
  }

  /** Code of the level nearest to {@code value}. */
  public int encode(float value) {
    return codeOfRank[rank(Float.isNaN(value) ? 0f : value)] & 0xFF;
  }

  private int rank(float number) {
    int rank = 0;
    for (int step = 1 << steps >> 1; step > 0; step >>= 1) {
      rank += number > thresholds[rank + step - 1] ? step : 0;
    }
    return rank;
  }

  void encode(float[] x, int from, int to, float scale, byte[] out, int at) {
    if (to - from < MANY) {
      for (int i = from; i < to; i++) out[at + i - from] = (byte) encode(x[i] / scale);
      return;
    }
    byte[] ranks = firstRanks();
    for (int i = from; i < to; i++) {
      float value = x[i] / scale;
      float number = Float.isNaN(value) ? 0f : value;
      int rank = ranks[Float.floatToRawIntBits(number) >>> DROPPED] & 0xFF;
      while (number > thresholds[rank]) rank++;
      out[at + i - from] = codeOfRank[rank];
    }
  }

  /**
   * The rank of the least number that begins with each of the possible upper bits: few thresholds
   * lie among those that share them. Made when it pays; threads may make the same one twice.
   */
  private byte[] firstRanks() {
    byte[] ranks = firstRanks;
    if (ranks.length > 0) return ranks;
    ranks = new byte[1 << 32 - DROPPED];
    for (int upper = 0; upper < ranks.length; upper++) {
      int smallest = upper << DROPPED;
      float least = Float.intBitsToFloat(smallest < 0 ? smallest | (1 << DROPPED) - 1 : smallest);
      // That of minus infinity would be NaN.
      ranks[upper] = (byte) (Float.isNaN(least) ? 0 : rank(least));
    }
    firstRanks = ranks;
    return ranks;
  }
}
