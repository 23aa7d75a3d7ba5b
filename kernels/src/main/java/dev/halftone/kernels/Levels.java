package dev.halftone.kernels;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of real levels, one for each code of 8 bits or less. A number becomes the code of the
 * nearest level in real distance, of two equally near the lower level, exactly: thresholds are the
 * midpoints, rounded down to a float. Of equal levels the first (-0 before 0) takes what is below
 * them and nearest to them, the last all else. Infinities go to the outermost levels, NaN to where
 * 0 goes.
 */
public final class Levels {
  /** Lower bits of a float that its cell does not depend on. */
  private static final int DROPPED = 17;

  /** Numbers from which on {@link #cells} are worth their making. */
  private static final int MANY = 1 << 14;

  private final float[] byCode;
  private final byte[] codeOfRank;

  /** Ascending; a value above {@code thresholds[r]} has a rank above {@code r}. Ends in NaN. */
  private final float[] thresholds;

  private final int steps;
  private volatile @Nullable Cells cells;

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

  /** What separates the levels, ascending, filled up to a power of two with NaN. */
  float[] thresholds() {
    return thresholds;
  }

  /** Code of the level that is above {@code rank} others. */
  byte code(int rank) {
    return codeOfRank[rank];
  }

  void encode(float[] x, int from, int to, float scale, byte[] out, int at) {
    if (to - from < MANY && cells == null) {
      for (int i = from; i < to; i++) out[at + i - from] = (byte) encode(x[i] / scale);
      return;
    }
    Cells cells = cells();
    FloatBlock block = new FloatBlock(to - from);
    for (int i = from; i < to; i += FloatBlock.SIZE) {
      int count = Math.min(FloatBlock.SIZE, to - i);
      block.divide(x, i, count, scale, Float.POSITIVE_INFINITY);
      block.takeBits(count);
      for (int j = 0; j < count; j++) out[at + i - from + j] = code(block, j, cells);
    }
  }

  private byte code(FloatBlock block, int index, Cells cells) {
    float number = block.values[index];
    if (Float.isNaN(number)) return (byte) encode(number);
    int rank = cells.ranks[block.bits[index] >>> DROPPED];
    for (int i = 0; i < cells.most; i++) rank += number > thresholds[rank] ? 1 : 0;
    return codeOfRank[rank];
  }

  /**
   * Floats that share their upper bits are a cell.
   *
   * @param ranks of the least number of each cell
   * @param most thresholds in a cell
   */
  private record Cells(short[] ranks, int most) {}

  /** Made when it pays; threads may make the same one twice. */
  private Cells cells() {
    Cells cells = this.cells;
    if (cells != null) return cells;
    short[] ranks = new short[1 << 32 - DROPPED];
    int most = 0;
    for (int upper = 0; upper < ranks.length; upper++) {
      float first = Float.intBitsToFloat(upper << DROPPED);
      float last = Float.intBitsToFloat((upper + 1 << DROPPED) - 1);
      // Infinities are apart from what is below them, but not from NaN.
      if (Float.isNaN(first)) continue;
      if (Float.isNaN(last)) last = first;
      ranks[upper] = (short) rank(Math.min(first, last));
      most = Math.max(most, rank(Math.max(first, last)) - ranks[upper]);
    }
    this.cells = cells = new Cells(ranks, most);
    return cells;
  }
}
