package dev.halftone.quantize.codes;

/**
 * How codes lie and which of them share a scale: codes are {@code [outer, length, inner]} in
 * row-major order. What runs along {@code length} is a channel: {@code outer} of them where {@code
 * inner} is 1, else {@code inner} in each of {@code outer} matrices. Every {@code block} along
 * {@code length} of {@code tile} neighbouring channels has one scale, so scales are {@code
 * [ceil(outer / tile), ceil(length / block)]} or {@code [outer, ceil(length / block), ceil(inner /
 * tile)]}. For instance:
 *
 * <pre>
 * MatMul [K, N], a scale by column        [1, K, N] block K   scales [1, 1, N]
 * MatMul [K, N], blocks of 32 over K      [1, K, N] block 32  scales [1, K / 32, N]
 * Conv [O, I, h, w], a scale by channel   [O, I h w, 1]       scales [O, 1, 1]
 * table [V, E], blocks of 32 in a row     [V, E, 1] block 32  scales [V, E / 32, 1]
 * MatMul [K, N], 16 columns by 32 rows    [1, K, N] block 32, tile 16  scales [1, K / 32, N / 16]
 * </pre>
 *
 * @param transposed whether the weight itself lies as {@code [outer, inner, length]}, or as {@code
 *     [length, outer]} when {@code inner} is 1, and is turned on the way
 * @param padded whether the last block is filled up with zero points, so that every block takes as
 *     many bytes
 * @param tile channels that share their scales; the last may be fewer
 */
public record CodeLayout(
    long outer,
    long length,
    long inner,
    long block,
    boolean transposed,
    boolean padded,
    long tile) {
  public CodeLayout {
    if (outer < 1 || length < 1 || inner < 1 || block < 1 || (block > length && !padded)) {
      throw new IllegalArgumentException(
          "no layout [%d, %d, %d] in blocks of %d".formatted(outer, length, inner, block));
    }
    if (padded && (inner > 1 || tile > 1))
      throw new IllegalArgumentException("only rows with scales of their own are padded");
    if (tile < 1 || tile > (inner == 1 ? outer : inner))
      throw new IllegalArgumentException("no tile of " + tile + " channels");
  }

  /** Every channel with scales of its own. */
  public CodeLayout(
      long outer, long length, long inner, long block, boolean transposed, boolean padded) {
    this(outer, length, inner, block, transposed, padded, 1);
  }

  /** One scale for all of {@code count} values. */
  public static CodeLayout whole(long count) {
    return new CodeLayout(1, count, 1, count, false, false);
  }

  /** Rows one behind the other. */
  public static CodeLayout rows(long rows, long length, long block) {
    return new CodeLayout(rows, length, 1, Math.min(block, length), false, false);
  }

  /** Columns of a {@code [length, columns]} matrix. */
  public static CodeLayout columns(long length, long columns, long block) {
    return new CodeLayout(1, length, columns, Math.min(block, length), false, false);
  }

  /** The same with the weight lying the other way round. */
  public CodeLayout fromTransposed() {
    return new CodeLayout(outer, length, inner, block, true, padded, tile);
  }

  /** The same with scales for {@code most} neighbouring channels, or for all if they are fewer. */
  public CodeLayout tiled(long most) {
    long possible = Math.min(most, inner == 1 ? outer : inner);
    return new CodeLayout(outer, length, inner, block, transposed, padded, possible);
  }

  /** Rows filled up to whole blocks. */
  public static CodeLayout paddedRows(long rows, long length, long block) {
    return new CodeLayout(rows, length, 1, block, false, true);
  }

  /** Where the weight has the value {@code [o, l, i]}. */
  long place(long o, long l, long i) {
    if (!transposed) return (o * length + l) * inner + i;
    return inner == 1 ? l * outer + o : (o * inner + i) * length + l;
  }

  /** Values {@code [outer, length, inner]} as they lie in a weight that is {@link #transposed}. */
  float[] turned(float[] decoded) {
    float[] values = new float[decoded.length];
    int at = 0;
    for (long o = 0; o < outer; o++) {
      for (long l = 0; l < length; l++) {
        for (long i = 0; i < inner; i++) {
          values[Math.toIntExact(place(o, l, i))] = decoded[at++];
        }
      }
    }
    return values;
  }

  /** Blocks along {@code length}. */
  public long blocks() {
    return (length + block - 1) / block;
  }

  /** Codes in a row along {@code length}, padding included. */
  public long storedLength() {
    return padded ? blocks() * block : length;
  }

  /** Runs of codes along {@code length} side by side: the output channels of the operator. */
  public long channels() {
    return outer * inner;
  }

  /** The scale of the code at {@code k} along the length of a channel. */
  int entry(long channel, long k) {
    if (inner == 1) return Math.toIntExact(channel / tile * blocks() + k / block);
    long row = channel / inner * blocks() + k / block;
    return Math.toIntExact(row * tiles() + channel % inner / tile);
  }

  /** How far apart the scales of neighbouring blocks of a channel are. */
  int entryStride() {
    return inner == 1 ? 1 : Math.toIntExact(tiles());
  }

  /** Tiles side by side: of all channels where {@code inner} is 1, else of one matrix. */
  public long tiles() {
    return Math.ceilDiv(inner == 1 ? outer : inner, tile);
  }

  /** Whether the values of a channel lie side by side in the weight. */
  boolean liesByChannel() {
    return transposed ? inner > 1 : inner == 1;
  }

  public long scales() {
    return Math.multiplyExact(Math.multiplyExact(inner == 1 ? 1 : outer, blocks()), tiles());
  }

  /** Values that are encoded. */
  public long count() {
    return Math.multiplyExact(Math.multiplyExact(outer, length), inner);
  }

  /** Codes that are stored. */
  public long codes() {
    return Math.multiplyExact(Math.multiplyExact(outer, storedLength()), inner);
  }
}
