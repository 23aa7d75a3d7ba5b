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

  /**
   * Codes of one register. Clamping before rounding is the same as after: the bounds are integers
   * within 2^17.
   */
  private static IntVector codes(FloatVector x, Grid grid) {
    float low = grid.low() - grid.zeroPoint();
    float high = grid.high() - grid.zeroPoint();
    FloatVector t = x.div(grid.scale());
    t = t.blend(low, t.lt(low));
    t = t.blend(high, t.compare(VectorOperators.GT, high));
    t = t.blend(0f, t.compare(VectorOperators.NE, t));
    return t.add(TO_INTEGER).reinterpretAsInts().add(grid.zeroPoint() - TO_INTEGER_BITS);
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
