package dev.halftone.quantize.codes;

import java.lang.foreign.MemorySegment;

/** Where the parts of an encoding put their results; they write to places that do not overlap. */
final class EncodingTarget {
  private final MemorySegment codes;
  private final float[] scales;
  private final byte[] zeroPoints;

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

  void set(int entry, float scale, int zeroPoint) {
    scales[entry] = scale;
    zeroPoints[entry] = (byte) zeroPoint;
  }

  byte zeroPoint(int entry) {
    return zeroPoints[entry];
  }
}
