package dev.halftone.number.gguf;

import dev.halftone.kernels.Kernels;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A block type of GGUF: so many neighbours of a row in so many bytes. Constants have the names of
 * the format. Bytes are those that the reference writes on x86-64, which computes in floats, in the
 * order of its source, without fused multiply-add.
 *
 * <p>Values have to be finite. Finite values too large for a type (magnitudes from some 2^16 times
 * the type's greatest code) give a scale of infinity, as in the reference, and come back as NaN or
 * infinity; of the IQ2 and IQ3 types, which cannot find their codes then, they are refused.
 * Thread-safe.
 */
public enum BlockType {
  F16(1, Importance.IGNORED, HalfCodec::new),
  Q4_0(2, Importance.USED, () -> new SymmetricCodec(4)),
  Q4_1(3, Importance.USED, () -> new AffineCodec(4)),
  Q5_0(6, Importance.USED, () -> new SymmetricCodec(5)),
  Q5_1(7, Importance.USED, () -> new AffineCodec(5)),
  Q8_0(8, Importance.IGNORED, ByteCodec::new),
  Q2_K(10, Importance.USED, Q2KCodec::new),
  Q3_K(11, Importance.USED, Q3KCodec::new),
  Q4_K(12, Importance.USED, Q45KCodec::fourBits),
  Q5_K(13, Importance.USED, Q45KCodec::fiveBits),
  Q6_K(14, Importance.USED, Q6KCodec::new),
  IQ2_XXS(16, Importance.REQUIRED, Iq2Codec.Xxs::new),
  IQ2_XS(17, Importance.REQUIRED, Iq2Codec.Xs::new),
  IQ3_XXS(18, Importance.USED, Iq3Codec.Xxs::new),
  IQ1_S(19, Importance.REQUIRED, Iq1SCodec::new),
  IQ4_NL(20, Importance.USED, NonlinearCodec.Single::new),
  IQ3_S(21, Importance.USED, Iq3Codec.S::new),
  IQ2_S(22, Importance.USED, Iq2Codec.S::new),
  IQ4_XS(23, Importance.USED, NonlinearCodec.Super::new),
  IQ1_M(29, Importance.USED, Iq1MCodec::new),
  BF16(30, Importance.IGNORED, BrainCodec::new),
  TQ1_0(34, Importance.IGNORED, TernaryCodec.FiveInAByte::new),
  TQ2_0(35, Importance.IGNORED, TernaryCodec.FourInAByte::new),
  MXFP4(39, Importance.IGNORED, Fp4Codec.Mx::new),
  NVFP4(40, Importance.IGNORED, Fp4Codec.Nv::new),
  Q1_0(41, Importance.IGNORED, SignCodec::new),
  Q2_0(42, Importance.IGNORED, TwoBitCodec::new);

  /** What importance weights do for a type. */
  public enum Importance {
    IGNORED,
    USED,
    REQUIRED
  }

  private static final List<BlockType> ALL = List.of(values());

  private final int id;
  private final Importance importance;
  private final BlockCodec codec;

  BlockType(int id, Importance importance, Supplier<BlockCodec> codec) {
    this.id = id;
    this.importance = importance;
    this.codec = codec.get();
  }

  /** The type that a GGUF file means by {@code id}; empty if it is none of these. */
  public static Optional<BlockType> ofId(int id) {
    return ALL.stream().filter(type -> type.id == id).findFirst();
  }

  /** Number of the type in a GGUF file. */
  public int id() {
    return id;
  }

  /** Values of a block: a row has a multiple of these. */
  public int blockValues() {
    return codec.values;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return codec.bytes;
  }

  /** What importance weights do. */
  public Importance importance() {
    return importance;
  }

  /** Bits per value, scales included. */
  public double bitsPerValue() {
    return 8.0 * codec.bytes / codec.values;
  }

  /**
   * Bytes of {@code count} values.
   *
   * @throws IllegalArgumentException if they are not a whole number of blocks
   * @throws ArithmeticException if that is more than a long holds
   */
  public long bytes(long count) {
    if (count < 0 || count % codec.values != 0)
      throw new IllegalArgumentException(
          "%d values in blocks of %s, expected a multiple of %d"
              .formatted(count, this, codec.values));
    return Math.multiplyExact(count / codec.values, (long) codec.bytes);
  }

  /**
   * Blocks of the row {@code x[from, to)} into {@code out[at, at + bytes(to - from))}; nothing else
   * of {@code out} changes.
   *
   * @param weights importance of each column, as long as the row, finite and not negative; null for
   *     none. They change bytes of types whose {@link #importance} is not IGNORED.
   * @throws IllegalArgumentException if the row is not a whole number of blocks; if a value is NaN
   *     or infinite, but for F16 and BF16, which store it; if the weights are missing where
   *     REQUIRED, of another length, negative or not finite; if an IQ type finds values too large
   *     for it
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public void quantize(
      float[] x, int from, int to, float @Nullable [] weights, byte[] out, int at) {
    Objects.checkFromToIndex(from, to, x.length);
    if (weights != null && weights.length != to - from)
      throw new IllegalArgumentException(
          "%d importance weights for %d columns".formatted(weights.length, to - from));
    quantizeRows(x, from, to, weights == null ? null : new ColumnImportance(weights), out, at);
  }

  /**
   * Blocks of the rows {@code x[from, to)}, as {@link #quantize} has them of each.
   *
   * @param importance tells the length of a row; null for none, and a single row
   * @throws IllegalArgumentException if the values are not whole rows, or as {@link #quantize} does
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public void quantizeRows(
      float[] x, int from, int to, @Nullable ColumnImportance importance, byte[] out, int at) {
    Objects.checkFromToIndex(from, to, x.length);
    Objects.checkFromIndexSize(at, bytes(to - from), (long) out.length);
    if (importance == null && this.importance == Importance.REQUIRED)
      throw new IllegalArgumentException(this + " needs importance weights");
    if (codec.values > 1) checkFinite(x, from, to);
    int columns = importance == null ? to - from : importance.columns();
    if (to == from) return;
    if (columns == 0 || (to - from) % columns != 0)
      throw new IllegalArgumentException("%d values in rows of %d".formatted(to - from, columns));
    int width = Math.toIntExact(bytes(columns));
    float[] weights =
        importance == null || this.importance == Importance.IGNORED ? null : importance.weights();
    try {
      for (int row = from; row < to; row += columns, at += width)
        codec.quantize(x, row, row + columns, weights, out, at);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(this + ": " + e.getMessage(), e);
    }
  }

  private static void checkFinite(float[] x, int from, int to) {
    if (Kernels.allFinite(x, from, to)) return;
    int i = from;
    while (Float.isFinite(x[i])) i++;
    throw new IllegalArgumentException("value %d is %s".formatted(i - from, x[i]));
  }

  /**
   * The reverse of {@link #quantize}: {@code out[from, to)} from the blocks at {@code blocks[at,
   * …)}. Any bytes are blocks; those with scales of NaN or infinity give such values.
   *
   * @throws IllegalArgumentException if the values are not a whole number of blocks
   * @throws IndexOutOfBoundsException if a range exceeds its array
   */
  public void dequantize(byte[] blocks, int at, float[] out, int from, int to) {
    Objects.checkFromToIndex(from, to, out.length);
    Objects.checkFromIndexSize(at, bytes(to - from), (long) blocks.length);
    for (int i = from; i < to; i += codec.values, at += codec.bytes) {
      codec.dequantize(blocks, at, out, i);
    }
  }
}
