package dev.halftone.quantize.codes;

import dev.halftone.kernels.FiniteRange;
import java.lang.foreign.MemorySegment;

/** Where the parts of an encoding put their results; they write to places that do not overlap. */
final class EncodingTarget {
  private final MemorySegment codes;
  private final float[] scales;
  private final byte[] zeroPoints;
  private boolean scaled;

  EncodingTarget(MemorySegment codes, float[] scales, byte[] zeroPoints) {
    this.codes = codes;
    this.scales = scales;
    this.zeroPoints = zeroPoints;
  }

  MemorySegment codes() {
    return codes;
  }

  /** The array itself. */
  float[] scales() {
    return scales;
  }

  /** Takes what was found for {@code runs} neighbours from {@code first} on. */
  void set(int first, ScaleFinder found, int runs) {
    for (int run = 0; run < runs; run++)
      set(first + run, found.scales[run], (int) found.zeroPoints[run]);
  }

  /** Sets the scale that covers a range. */
  void cover(CodeRequest request, int entry, FiniteRange range) {
    CodeFormat format = request.format();
    float scale = request.scaling().scale(format, range.min(), range.max(), entry);
    if (scale == 0) set(entry, 1, format.middle());
    else set(entry, scale, format.zeroPoint(range.min(), scale));
  }

  void set(int entry, float scale, int zeroPoint) {
    scales[entry] = scale;
    zeroPoints[entry] = (byte) zeroPoint;
  }

  /** The zero point as an integer of the format. */
  int code(CodeFormat format, int entry) {
    return format.signed() ? zeroPoints[entry] : zeroPoints[entry] & 0xFF;
  }

  /** Whether scales and zero points are there already and only codes are wanted. */
  boolean isScaled() {
    return scaled;
  }

  void scaled() {
    scaled = true;
  }

  byte zeroPoint(int entry) {
    return zeroPoints[entry];
  }
}
