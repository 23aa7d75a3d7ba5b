package dev.halftone.number.gguf;

/**
 * MXFP4 and NVFP4: values {@code scale * (0, ½, 1, 1½, 2, 3, 4, 6 and their negatives)}, one scale
 * for some neighbours. Two codes share a byte, the first of a half of these neighbours and the
 * first of the other half. A value goes to its nearest level, the lower code of equals.
 */
abstract class Fp4Codec extends PlainCodec {
  /** Twice the levels; so the scales here are halves of what the formats say. */
  private static final byte[] LEVELS = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private final int size;
  private final int codesAt;

  private Fp4Codec(int values, int size) {
    super(values, values / size + values / 2);
    this.size = size;
    codesAt = values / size;
  }

  /** Code of the scale for values up to {@code absMax}. */
  abstract int scaleCode(float absMax);

  /** Half the scale of a code. */
  abstract float halfScale(int code);

  @Override
  final void quantize(float[] x, int from, byte[] out, int at) {
    for (int s = 0; s < values / size; s++) {
      int first = from + s * size;
      float absMax = 0;
      for (int i = first; i < first + size; i++) absMax = Math.max(absMax, Math.abs(x[i]));
      int code = scaleCode(absMax) & 0xFF;
      out[at + s] = (byte) code;
      float scale = halfScale(code);
      for (int i = 0; i < size / 2; i++) {
        int low = nearest(x[first + i], scale);
        int high = nearest(x[first + i + size / 2], scale);
        out[at + codesAt + s * size / 2 + i] = (byte) (low | high << 4);
      }
    }
  }

  private static int nearest(float value, float scale) {
    int best = 0;
    float least = Math.abs(LEVELS[0] * scale - value);
    for (int code = 1; code < 16; code++) {
      float error = Math.abs(LEVELS[code] * scale - value);
      if (error < least) {
        best = code;
        least = error;
      }
    }
    return best;
  }

  @Override
  final void dequantize(byte[] block, int at, float[] out, int to) {
    for (int s = 0; s < values / size; s++) {
      float scale = halfScale(block[at + s] & 0xFF);
      for (int i = 0; i < size / 2; i++) {
        int codes = block[at + codesAt + s * size / 2 + i];
        out[to + s * size + i] = LEVELS[codes & 0xF] * scale;
        out[to + s * size + i + size / 2] = LEVELS[codes >> 4 & 0xF] * scale;
      }
    }
  }

  /** MXFP4: 32 values, the scale a power of two (E8M0), {@code 2^(floor(log2 absMax) - 2)}. */
  static final class Mx extends Fp4Codec {
    private static final double LOG_2 = StrictMath.log(2);

    Mx() {
      super(32, 32);
    }

    /**
     * The logarithm is a float, so that values just below a power of two count as that power; below
     * 2^-125 the code wraps around, as a byte does.
     */
    @Override
    int scaleCode(float absMax) {
      if (absMax == 0) return 0;
      float exponent = (float) (StrictMath.log(absMax) / LOG_2);
      return (int) Math.floor(exponent) - 2 + 127;
    }

    @Override
    float halfScale(int code) {
      return Math.scalb(1f, code - 128);
    }
  }

  /** NVFP4: 64 values, a scale for 16, {@code absMax / 6} as E4M3 without sign. */
  static final class Nv extends Fp4Codec {
    private static final int HIGHEST = 0x7E;

    Nv() {
      super(64, 16);
    }

    /** Rounds half up; what would be 256 or more becomes 448, the highest. */
    @Override
    int scaleCode(float absMax) {
      float scale = Math.min(absMax / 6, 448);
      if (!(scale > 0)) return 0;
      int bits = Float.floatToRawIntBits(scale);
      int exponent = (bits >>> 23) - 127 + 7;
      if (exponent <= 0) return Math.min(7, (int) (scale * 512 + 0.5f));
      // Carries into the exponent by itself.
      int code = (exponent << 3 | bits >>> 20 & 7) + (bits >>> 19 & 1);
      return exponent >= 15 || code >= 15 << 3 ? HIGHEST : code;
    }

    @Override
    float halfScale(int code) {
      if (code == 0 || code == 0x7F) return 0;
      int exponent = code >> 3 & 0xF;
      int mantissa = code & 7;
      float scale =
          exponent == 0
              ? Math.scalb((float) mantissa, -9)
              : Math.scalb(1 + mantissa / 8f, exponent - 7);
      return scale * 0.5f;
    }
  }
}
