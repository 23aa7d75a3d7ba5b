package dev.halftone.kernels;

/** The loops as the book has them: what the others are held to. */
final class ScalarKernels implements KernelSupport {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public FiniteRange finiteRange(float[] x, int from, int to) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    long nan = 0;
    long infinite = 0;
    long zeros = 0;
    for (int i = from; i < to; i++) {
      float value = x[i];
      if (Float.isNaN(value)) {
        nan++;
      } else if (Float.isInfinite(value)) {
        infinite++;
      } else {
        if (value < min) min = value;
        if (value > max) max = value;
        if (value == 0) zeros++;
      }
    }
    // Adding +0 turns -0 into +0 and changes nothing else.
    return new FiniteRange(min + 0f, max + 0f, to - from - nan - infinite, nan, infinite, zeros);
  }

  @Override
  public long countNonFinite(float[] x, int from, int to) {
    long count = 0;
    for (int i = from; i < to; i++) if (!Float.isFinite(x[i])) count++;
    return count;
  }

  @Override
  public float absMax(float[] x, int from, int to) {
    float max = 0f;
    for (int i = from; i < to; i++) max = Math.max(max, Math.abs(x[i]));
    return max;
  }

  @Override
  public void channelRanges(float[] x, int from, int outer, int channels, int inner, float[] min, float[] max) {
    int i = from;
    for (int o = 0; o < outer; o++) {
      for (int c = 0; c < channels; c++) {
        for (int end = i + inner; i < end; i++) {
          if (!Float.isFinite(x[i])) continue;
          min[c] = Math.min(min[c], x[i] + 0f);
          max[c] = Math.max(max[c], x[i] + 0f);
        }
      }
    }
  }

  @Override
  public void quantize(float[] x, int from, int to, Grid grid, byte[] out, int at) {
    for (int i = from; i < to; i++) out[at + i - from] = (byte) code(x[i], grid);
  }

  @Override
  public void quantize(float[] x, int from, int to, Grid grid, short[] out, int at) {
    for (int i = from; i < to; i++) out[at + i - from] = (short) code(x[i], grid);
  }

  static int code(float value, Grid grid) {
    if (Float.isNaN(value)) return grid.zeroPoint();
    double code = Math.rint(value / grid.scale()) + grid.zeroPoint();
    return (int) Math.clamp(code, (double) grid.low(), (double) grid.high());
  }

  @Override
  public void dequantize(
      byte[] codes, int from, int to, boolean signed, float scale, int zeroPoint, float[] out, int at) {
    for (int i = from; i < to; i++) {
      int code = signed ? codes[i] : codes[i] & 0xFF;
      out[at + i - from] = (code - zeroPoint) * scale;
    }
  }

  @Override
  public void dequantize(
      short[] codes, int from, int to, boolean signed, float scale, int zeroPoint, float[] out, int at) {
    for (int i = from; i < to; i++) {
      int code = signed ? codes[i] : codes[i] & 0xFFFF;
      out[at + i - from] = (code - zeroPoint) * scale;
    }
  }

  @Override
  public void pack(byte[] codes, int from, int to, int bits, byte[] out, int at) {
    int perByte = 8 / bits;
    int mask = (1 << bits) - 1;
    for (int i = from; i < to; i += perByte) {
      int octet = 0;
      for (int j = 0; j < perByte && i + j < to; j++) octet |= (codes[i + j] & mask) << (j * bits);
      out[at++] = (byte) octet;
    }
  }

  @Override
  public void unpack(byte[] packed, int at, int bits, boolean signed, byte[] codes, int from, int to) {
    int perByte = 8 / bits;
    for (int i = from; i < to; i++) {
      int position = i - from;
      // The code's bits at the top of an int; shifting down again extends the sign or not.
      int high = packed[at + position / perByte] << (32 - bits - position % perByte * bits);
      codes[i] = (byte) (signed ? high >> (32 - bits) : high >>> (32 - bits));
    }
  }

  @Override
  public double sumOfSquares(float[] x, int from, int to) {
    double[] sums = new double[Kernels.ACCUMULATORS];
    for (int i = from; i < to; i++) sums[(i - from) % Kernels.ACCUMULATORS] += (double) x[i] * x[i];
    return merge(sums);
  }

  @Override
  public double sumOfSquaredDifferences(float[] x, int from, float[] y, int at, int length) {
    double[] sums = new double[Kernels.ACCUMULATORS];
    for (int i = 0; i < length; i++) {
      double difference = (double) x[from + i] - y[at + i];
      sums[i % Kernels.ACCUMULATORS] += difference * difference;
    }
    return merge(sums);
  }

  /** The accumulators in the order that {@link Kernels#sumOfSquares} fixes. */
  static double merge(double[] sums) {
    for (int half = Kernels.ACCUMULATORS / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) sums[j] += sums[j + half];
    }
    return sums[0];
  }

  @Override
  public void histogram(float[] x, int from, int to, int exponent, int[] counts) {
    float inverseWidth = inverseWidth(exponent);
    for (int i = from; i < to; i++) counts[slot(x[i], inverseWidth)]++;
  }

  /** Bins in a unit: a power of two, and a normal float for every exponent allowed. */
  static float inverseWidth(int exponent) {
    return Math.scalb(1f, 13 - exponent);
  }

  static int slot(float value, float inverseWidth) {
    // Exact, or below the smallest normal float and so in bin 0 either way.
    float position = Math.abs(value) * inverseWidth;
    if (!(position < Kernels.BINS_PER_SIGN)) return Kernels.HISTOGRAM_SLOTS - 1;
    return value < 0 ? Kernels.BINS_PER_SIGN - 1 - (int) position : Kernels.BINS_PER_SIGN + (int) position;
  }

  @Override
  public long toFloat16(float[] x, int from, int to, short[] out, int at) {
    long overflows = 0;
    for (int i = from; i < to; i++) {
      out[at + i - from] = Float.floatToFloat16(x[i]);
      if (Float.isFinite(x[i]) && (out[at + i - from] & 0x7FFF) == 0x7C00) overflows++;
    }
    return overflows;
  }

  @Override
  public long toBFloat16(float[] x, int from, int to, short[] out, int at) {
    long overflows = 0;
    for (int i = from; i < to; i++) {
      out[at + i - from] = bfloat16(x[i]);
      if (Float.isFinite(x[i]) && (out[at + i - from] & 0x7FFF) == 0x7F80) overflows++;
    }
    return overflows;
  }

  static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) return (short) (bits >>> 16 | 0x40);
    // Half of the last place kept, less one where that place is even: carries into it exactly when nearest-even says so.
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }
}
