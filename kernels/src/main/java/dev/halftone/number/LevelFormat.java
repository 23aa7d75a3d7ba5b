package dev.halftone.number;

import dev.halftone.kernels.Kernels;
import dev.halftone.kernels.Levels;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table of real levels, one for each code. A number becomes the nearest level in real distance,
 * of two equally near the lower one, exactly ({@link Levels}); always saturates, infinities
 * included; NaN becomes the level nearest to 0.
 */
public final class LevelFormat implements NumberFormat {
  /** -1 (code 0) and 1 (code 1). A 0 is equally near and becomes -1. */
  public static final LevelFormat BINARY = new LevelFormat("binary", 1, -1f, 1f);

  /**
   * 4-bit NormalFloat: quantiles of the normal distribution, scaled to [-1, 1], with an exact 0
   * (code 7). Source: Dettmers et al., QLoRA, 2305.14314, appendix E.
   */
  public static final LevelFormat NF4 =
      new LevelFormat(
          "nf4",
          4,
          -1.0f,
          -0.6961928009986877f,
          -0.5250730514526367f,
          -0.39491748809814453f,
          -0.28444138169288635f,
          -0.18477343022823334f,
          -0.09105003625154495f,
          0.0f,
          0.07958029955625534f,
          0.16093020141124725f,
          0.24611230194568634f,
          0.33791524171829224f,
          0.44070982933044434f,
          0.5626170039176941f,
          0.7229568362236023f,
          1.0f);

  /**
   * 4-bit float of bitsandbytes, not that of OCP: a sign, then magnitudes 0, 1/192, 2/3, 1, 1/3,
   * 1/2, 1/6, 1/4 in the order of the codes. Code 8 is -0 and takes what is below 0 and nearest to
   * it.
   */
  public static final LevelFormat FP4 =
      new LevelFormat("fp4", 4, signed(0f, 1 / 192f, 2 / 3f, 1f, 1 / 3f, 1 / 2f, 1 / 6f, 1 / 4f));

  static final List<LevelFormat> ALL =
      Stream.concat(
              Stream.of(BINARY, NF4, FP4),
              IntStream.rangeClosed(2, 8)
                  .boxed()
                  .flatMap(bits -> Stream.of(log(bits), halfOctaves(bits), codebook(bits))))
          .toList();

  private final String name;
  private final int bits;
  private final Levels levels;

  private LevelFormat(String name, int bits, float... levels) {
    this.name = name;
    this.bits = bits;
    this.levels = new Levels(levels);
  }

  private static float[] signed(float... magnitudes) {
    float[] levels = Arrays.copyOf(magnitudes, 2 * magnitudes.length);
    for (int i = 0; i < magnitudes.length; i++) levels[magnitudes.length + i] = -magnitudes[i];
    return levels;
  }

  /**
   * Signed powers of two. With {@code n = 2^(bits - 1)}: code 0 is 0, code {@code k} from 1 to
   * {@code n - 1} is {@code 2^(k - n + 1)}, so that the highest is 1, and code {@code n + k} its
   * negative. Code {@code n}, which would be a second zero, is {@code -2^(1 - n)}, one octave below
   * the others. {@code log4}: ±1, ±1/2, … ±1/64, 0, -1/128.
   *
   * @param bits 2 to 8
   */
  public static LevelFormat log(int bits) {
    return logarithmic("log" + bits, bits, 1);
  }

  /**
   * As {@link #log}, with two levels to the octave: code {@code k} is {@code 2^((k - n + 1) / 2)},
   * rounded to float. {@code log4h}: ±1, ±0.7071068, ±1/2, … ±1/8, 0, -0.088388346.
   */
  public static LevelFormat halfOctaves(int bits) {
    return logarithmic("log" + bits + "h", bits, 2);
  }

  private static LevelFormat logarithmic(String name, int bits, int perOctave) {
    requireBits(bits);
    int n = 1 << bits - 1;
    float[] magnitudes = new float[n];
    for (int k = 0; k < n; k++) {
      int steps = k - n + 1;
      double power = Math.scalb(1.0, Math.floorDiv(steps, perOctave));
      magnitudes[k] = (float) (steps % perOctave == 0 ? power : power * Math.sqrt(2));
    }
    float[] levels = signed(magnitudes);
    levels[0] = 0f;
    return new LevelFormat(name, bits, levels);
  }

  /**
   * An adaptive codebook before it is fitted: the levels of the integers of as many bits, {@code
   * codebook:4} from -8 to 7.
   *
   * @param bits 2 to 8
   */
  public static LevelFormat codebook(int bits) {
    requireBits(bits);
    int n = 1 << bits - 1;
    float[] levels = new float[2 * n];
    for (int code = 0; code < levels.length; code++) levels[code] = code - n;
    return codebook(levels);
  }

  /**
   * An adaptive codebook of the given levels.
   *
   * @param levels ascending and finite; 4, 8, … or 256 of them
   */
  public static LevelFormat codebook(float... levels) {
    int bits = Integer.numberOfTrailingZeros(levels.length);
    if (levels.length != 1 << bits) {
      throw new IllegalArgumentException(levels.length + " levels are not a power of two");
    }
    requireBits(bits);
    for (int i = 1; i < levels.length; i++) {
      if (!(levels[i - 1] <= levels[i]))
        throw new IllegalArgumentException("levels do not ascend at " + i);
    }
    return new LevelFormat("codebook:" + bits, bits, levels);
  }

  private static void requireBits(int bits) {
    if (bits < 2 || bits > 8) throw new IllegalArgumentException(bits + " bits, expected 2 to 8");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int bits() {
    return bits;
  }

  @Override
  public long codes() {
    return levels.count();
  }

  /** The levels, by code. */
  public float[] levels() {
    return levels.toArray();
  }

  @Override
  public float lowest() {
    return levels.level(encode(Float.NEGATIVE_INFINITY));
  }

  @Override
  public float highest() {
    return levels.level(encode(Float.POSITIVE_INFINITY));
  }

  @Override
  public Optional<DType> dtype() {
    return Optional.empty();
  }

  @Override
  public float decode(int code) {
    if (code < 0 || code >= codes()) throw Refusals.code(this, code);
    return levels.level(code);
  }

  @Override
  public int encode(float value, boolean saturate) {
    return levels.encode(value);
  }

  @Override
  public void encode(
      float[] x, int from, int to, float scale, boolean saturate, byte[] out, int at) {
    Kernels.encode(x, from, to, scale, levels, out, at);
  }

  @Override
  public void decode(byte[] codes, int from, int to, float scale, float[] out, int at) {
    Kernels.decode(codes, from, to, scale, levels.toArray(), out, at);
  }

  /** The same name and the same levels. */
  @Override
  public boolean equals(Object other) {
    return other instanceof LevelFormat format
        && name.equals(format.name)
        && Arrays.equals(levels(), format.levels());
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(levels());
  }

  @Override
  public String toString() {
    return name;
  }
}
