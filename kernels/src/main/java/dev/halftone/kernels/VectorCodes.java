package dev.halftone.kernels;

import dev.halftone.kernels.KernelSupport.Grid;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Floats to codes in SIMD, one float register at a time. */
final class VectorCodes {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  // As many lanes as F, but no register is below 64 bits: there, only the first lanes count.
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
  private static final VectorMask<Byte> LANES = B.indexInRange(0, F.length());

  private static final float TO_INTEGER = ScalarKernels.TO_INTEGER;
  private static final int TO_INTEGER_BITS = Float.floatToRawIntBits(TO_INTEGER);

  private VectorCodes() {}

  /** What {@code t} is within the bounds; NaN becomes 0. */
  private static FloatVector clamped(FloatVector t, FloatVector low, FloatVector high) {
    FloatVector bounded = t.blend(low, t.lt(low)).blend(high, t.compare(VectorOperators.GT, high));
    return bounded.blend(0f, t.compare(VectorOperators.NE, t));
  }

  /** Rounded to nearest even. */
  private static IntVector integers(FloatVector t) {
    return t.add(TO_INTEGER).reinterpretAsInts().sub(TO_INTEGER_BITS);
  }

  /**
   * Codes of one register. Clamping before rounding is the same as after: the bounds are integers
   * within 2^17.
   */
  private static IntVector codes(FloatVector x, Grid grid) {
    FloatVector low = FloatVector.broadcast(F, grid.low() - grid.zeroPoint());
    FloatVector high = FloatVector.broadcast(F, grid.high() - grid.zeroPoint());
    return integers(clamped(x.div(grid.scale()), low, high)).add(grid.zeroPoint());
  }

  /** Writes the low byte of each lane. */
  static void store(IntVector codes, byte[] out, int at) {
    ByteVector bytes = (ByteVector) codes.convertShape(VectorOperators.I2B, B, 0);
    if (B.length() == F.length()) {
      bytes.intoArray(out, at);
    } else {
      bytes.intoArray(out, at, LANES);
    }
  }

  static void quantize(float[] x, int from, int to, Grid grid, byte[] out, int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      store(codes(FloatVector.fromArray(F, x, i), grid), out, at + i - from);
    }
    KernelProvider.PLAIN.quantize(x, i, to, grid, out, at + i - from);
  }

  static void quantizeColumns(
      float[] x,
      int from,
      int to,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at) {
    int i = 0;
    for (int bound = F.loopBound(to - from); i < bound; i += F.length()) {
      FloatVector zero = FloatVector.fromArray(F, zeroPoints, first + i);
      FloatVector t =
          FloatVector.fromArray(F, x, from + i).div(FloatVector.fromArray(F, scales, first + i));
      FloatVector rounded = clamped(t, zero.neg().add(low), zero.neg().add(high));
      store(integers(rounded.add(TO_INTEGER).sub(TO_INTEGER).add(zero)), out, at + i);
    }
    KernelProvider.PLAIN.quantizeColumns(
        x, from + i, to, scales, zeroPoints, first + i, low, high, out, at + i);
  }

  static void quantizeBlocks(
      float[] x,
      int from,
      int to,
      int block,
      float[] scales,
      float[] zeroPoints,
      int first,
      int low,
      int high,
      byte[] out,
      int at) {
    int entry = first;
    for (int i = from; i < to; entry++) {
      int end = block < to - i ? i + block : to;
      Grid grid = new Grid(scales[entry], (int) zeroPoints[entry], low, high);
      quantize(x, i, end, grid, out, at + i - from);
      i = end;
    }
  }

  static void quantize(float[] x, int from, int to, Grid grid, short[] out, int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      Vector<Short> codes =
          codes(FloatVector.fromArray(F, x, i), grid).convertShape(VectorOperators.I2S, S, 0);
      ((ShortVector) codes).intoArray(out, at + i - from);
    }
    KernelProvider.PLAIN.quantize(x, i, to, grid, out, at + i - from);
  }
}
