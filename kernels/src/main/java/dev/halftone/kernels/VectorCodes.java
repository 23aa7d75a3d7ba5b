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

/** Floats to codes and back in SIMD, one float register at a time. */
final class VectorCodes {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  // As many lanes as F, but no register is below 64 bits: there, only the first lanes count.
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
  private static final VectorMask<Byte> LANES = B.indexInRange(0, F.length());

  /** Adding 1.5 · 2^23 leaves no bits below the unit, so the addition itself rounds to nearest even: |t| < 2^22 is enough. */
  private static final float TO_INTEGER = 0x1.8p23f;

  private static final int TO_INTEGER_BITS = Float.floatToRawIntBits(TO_INTEGER);

  private VectorCodes() {}

  /** Codes of one register. Clamping before rounding is the same as after: the bounds are integers within 2^17. */
  private static IntVector codes(FloatVector x, Grid grid) {
    float low = grid.low() - grid.zeroPoint();
    float high = grid.high() - grid.zeroPoint();
    FloatVector t = x.div(grid.scale());
    t = t.blend(low, t.lt(low));
    t = t.blend(high, t.compare(VectorOperators.GT, high));
    t = t.blend(0f, t.compare(VectorOperators.NE, t));
    return t.add(TO_INTEGER).reinterpretAsInts().add(grid.zeroPoint() - TO_INTEGER_BITS);
  }

  static void quantize(float[] x, int from, int to, Grid grid, byte[] out, int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      Vector<Byte> codes = codes(FloatVector.fromArray(F, x, i), grid).convertShape(VectorOperators.I2B, B, 0);
      if (B.length() == F.length()) {
        ((ByteVector) codes).intoArray(out, at + i - from);
      } else {
        ((ByteVector) codes).intoArray(out, at + i - from, LANES);
      }
    }
    for (; i < to; i++) out[at + i - from] = (byte) ScalarKernels.code(x[i], grid);
  }

  static void quantize(float[] x, int from, int to, Grid grid, short[] out, int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      Vector<Short> codes = codes(FloatVector.fromArray(F, x, i), grid).convertShape(VectorOperators.I2S, S, 0);
      ((ShortVector) codes).intoArray(out, at + i - from);
    }
    for (; i < to; i++) out[at + i - from] = (short) ScalarKernels.code(x[i], grid);
  }

  static void dequantize(
      byte[] codes, int from, int to, boolean signed, float scale, int zeroPoint, float[] out, int at) {
    int mask = signed ? -1 : 0xFF;
    int i = from;
    for (int bound = to - B.length(); i <= bound; i += F.length()) {
      IntVector code = (IntVector) ByteVector.fromArray(B, codes, i).convertShape(VectorOperators.B2I, I, 0);
      values(code.and(mask), scale, zeroPoint).intoArray(out, at + i - from);
    }
    for (; i < to; i++) out[at + i - from] = ((codes[i] & mask) - zeroPoint) * scale;
  }

  static void dequantize(
      short[] codes, int from, int to, boolean signed, float scale, int zeroPoint, float[] out, int at) {
    int mask = signed ? -1 : 0xFFFF;
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      IntVector code = (IntVector) ShortVector.fromArray(S, codes, i).convertShape(VectorOperators.S2I, I, 0);
      values(code.and(mask), scale, zeroPoint).intoArray(out, at + i - from);
    }
    for (; i < to; i++) out[at + i - from] = ((codes[i] & mask) - zeroPoint) * scale;
  }

  private static FloatVector values(IntVector codes, float scale, int zeroPoint) {
    return ((FloatVector) codes.sub(zeroPoint).convertShape(VectorOperators.I2F, F, 0)).mul(scale);
  }

  static void toBFloat16(float[] x, int from, int to, short[] out, int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      FloatVector v = FloatVector.fromArray(F, x, i);
      IntVector bits = v.reinterpretAsInts();
      IntVector kept = bits.lanewise(VectorOperators.LSHR, 16);
      IntVector rounded = bits.add(0x7FFF).add(kept.and(1)).lanewise(VectorOperators.LSHR, 16);
      IntVector result = rounded.blend(kept.or(0x40), v.compare(VectorOperators.NE, v).cast(I));
      ((ShortVector) result.convertShape(VectorOperators.I2S, S, 0)).intoArray(out, at + i - from);
    }
    for (; i < to; i++) out[at + i - from] = ScalarKernels.bfloat16(x[i]);
  }
}
