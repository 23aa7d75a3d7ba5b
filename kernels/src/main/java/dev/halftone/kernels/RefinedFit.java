package dev.halftone.kernels;

/** {@link ScaleFits#refined} for one block after the other. */
final class RefinedFit {
  static final int ROUNDS = 5;

  private final float[] x;
  private final int from;
  private final int size;
  private final int levels;
  private final byte[] codes;
  private final int at;
  private float sumLX;
  private float sumL2;

  private RefinedFit(float[] x, int from, int size, int levels, byte[] codes, int at) {
    this.x = x;
    this.from = from;
    this.size = size;
    this.levels = levels;
    this.codes = codes;
    this.at = at;
  }

  static void fit(float[] x, int from, int count, int size, int levels, float[] scales) {
    byte[] codes = new byte[size];
    for (int b = 0; b < count; b++)
      scales[b] = new RefinedFit(x, from + b * size, size, levels, codes, 0).scale();
  }

  static void codes(float[] x, int from, int size, int levels, byte[] codes, int at) {
    new RefinedFit(x, from, size, levels, codes, at).scale();
  }

  private float scale() {
    float max = PlainFits.furthest(x, from, size);
    if (Math.abs(max) < ScaleFits.ZERO) {
      for (int i = 0; i < size; i++) codes[at + i] = 0;
      return 0;
    }
    round(-levels / max);
    for (int round = 0; round < ROUNDS && improve(); round++) {}
    for (int i = 0; i < size; i++) codes[at + i] += (byte) levels;
    return sumL2 > 0 ? sumLX / sumL2 : 0;
  }

  private int code(float value) {
    return Math.max(-levels, Math.min(levels - 1, CConversions.nearest(value)));
  }

  private void round(float inverse) {
    for (int i = 0; i < size; i++) {
      float value = x[from + i];
      int code = code(inverse * value);
      codes[at + i] = (byte) code;
      float w = value * value;
      sumLX += w * value * code;
      sumL2 += w * code * code;
    }
  }

  /** Whether a code has moved. */
  private boolean improve() {
    boolean moved = false;
    for (int i = 0; i < size; i++) {
      float value = x[from + i];
      float w = value * value;
      int code = codes[at + i];
      float otherLX = sumLX - w * value * code;
      if (!(otherLX > 0)) continue;
      float otherL2 = sumL2 - w * code * code;
      int newCode = code(value * otherL2 / otherLX);
      if (newCode == code) continue;
      otherLX += w * value * newCode;
      otherL2 += w * newCode * newCode;
      if (otherL2 > 0 && otherLX * otherLX * sumL2 > sumLX * sumLX * otherL2) {
        codes[at + i] = (byte) newCode;
        sumLX = otherLX;
        sumL2 = otherL2;
        moved = true;
      }
    }
    return moved;
  }
}
