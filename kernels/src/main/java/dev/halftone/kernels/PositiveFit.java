package dev.halftone.kernels;

/** {@link ScaleFits#positive} for one block after the other. */
final class PositiveFit {
  static final int ROUNDS = 5;

  /** Tries with less, and as many with more steps than levels. */
  static final int TRIES = 4;

  private final float[] x;
  private final int from;
  private final int size;
  private final int levels;
  private final float[] weights;
  private final byte[] codes;
  private final int at;
  private float sumLX;
  private float sumL2;

  private PositiveFit(
      float[] x, int from, int size, int levels, float[] weights, byte[] codes, int at) {
    this.x = x;
    this.from = from;
    this.size = size;
    this.levels = levels;
    this.weights = weights;
    this.codes = codes;
    this.at = at;
  }

  static void fit(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      byte[] codes) {
    for (int b = 0; b < count; b++) {
      int at = b * size;
      scales[b] = new PositiveFit(x, from + at, size, levels, weights, codes, at).scale();
    }
  }

  private float scale() {
    float max = 0;
    for (int i = 0; i < size; i++) max = max > x[from + i] ? max : x[from + i];
    if (max < ScaleFits.ZERO) {
      for (int i = 0; i < size; i++) codes[at + i] = 0;
      return 0;
    }
    round(bestInverse(max));
    for (int round = 0; round < ROUNDS && improve(); round++) {}
    return sumL2 > 0 ? sumLX / sumL2 : 0;
  }

  private float bestInverse(float max) {
    float best = levels / max;
    // The first rounding is not clamped, but kept as a byte.
    float least = 0;
    float scale = 1 / best;
    for (int i = 0; i < size; i++) {
      float difference = x[from + i] - scale * (CConversions.nearest(best * x[from + i]) & 0xFF);
      least += weights[at + i] * difference * difference;
    }
    for (int number = -TRIES; number <= TRIES; number++) {
      if (number == 0) continue;
      float inverse = steps(number, levels) / max;
      float error = error(inverse);
      if (error < least) {
        least = error;
        best = inverse;
      }
    }
    return best;
  }

  /** What try {@code number} brings the greatest value to. */
  static float steps(int number, int levels) {
    return 0.1f * number + levels;
  }

  private float error(float inverse) {
    float scale = 1 / inverse;
    float error = 0;
    for (int i = 0; i < size; i++) {
      float difference = x[from + i] - scale * code(inverse * x[from + i]);
      error += weights[at + i] * difference * difference;
    }
    return error;
  }

  private int code(float value) {
    return Math.min(levels, CConversions.nearest(value));
  }

  private void round(float inverse) {
    sumLX = 0;
    sumL2 = 0;
    for (int i = 0; i < size; i++) {
      int code = code(inverse * x[from + i]);
      codes[at + i] = (byte) code;
      float w = weights[at + i];
      sumLX += w * x[from + i] * code;
      sumL2 += w * code * code;
    }
  }

  /** Whether a code has moved. */
  private boolean improve() {
    boolean moved = false;
    for (int i = 0; i < size; i++) {
      float value = x[from + i];
      float w = weights[at + i];
      int code = codes[at + i] & 0xFF;
      float otherLX = sumLX - w * value * code;
      float otherL2 = sumL2 - w * code * code;
      if (!(otherLX > 0 && otherL2 > 0)) continue;
      int newCode = code(value * otherL2 / otherLX);
      if (newCode == code) continue;
      otherLX += w * value * newCode;
      otherL2 += w * newCode * newCode;
      if (otherLX * otherLX * sumL2 > sumLX * sumLX * otherL2) {
        codes[at + i] = (byte) newCode;
        sumLX = otherLX;
        sumL2 = otherL2;
        moved = true;
      }
    }
    return moved;
  }
}
