package dev.halftone.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Floats to narrower floats in SIMD, a register at a time. */
final class VectorFloats {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

  private static final int MAGNITUDE = 0x7FFFFFFF;
  private static final int INFINITY = 0x7F800000;

  private VectorFloats() {}

  static void encode(
      float[] x,
      int from,
      int to,
      float scale,
      SmallFloat format,
      boolean saturate,
      byte[] out,
      int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      VectorCodes.store(codes(scaled(x, i, scale), format, saturate), out, at + i - from);
    }
    KernelProvider.PLAIN.encode(x, i, to, scale, format, saturate, out, at + i - from);
  }

  private static FloatVector scaled(float[] x, int i, float scale) {
    return FloatVector.fromArray(F, x, i).div(scale);
  }

  /** The steps of {@link SmallFloat#encode(float, boolean)}. */
  private static IntVector codes(FloatVector x, SmallFloat format, boolean saturate) {
    int smallestNormal = format.smallestNormal();
    int dropped = 23 - format.fractionBits();
    IntVector bits = x.reinterpretAsInts();
    IntVector magnitude = bits.and(MAGNITUDE);
    IntVector bounded = magnitude.min(format.beyond());
    IntVector exponent = bounded.and(INFINITY).max(smallestNormal);
    IntVector step = exponent.add(dropped << 23);
    IntVector sum =
        bounded.reinterpretAsFloats().add(step.reinterpretAsFloats()).reinterpretAsInts();
    IntVector code =
        sum.sub(step).add(exponent.sub(smallestNormal).lanewise(VectorOperators.ASHR, dropped));
    int highest = format.highest();
    int overflow = saturate ? highest : format.overflow();
    code = code.blend(overflow, code.compare(VectorOperators.GT, highest));
    code = code.blend(format.nan(), magnitude.compare(VectorOperators.GT, INFINITY));
    int top = format.bits() - 1;
    IntVector sign = bits.lanewise(VectorOperators.LSHR, 31).lanewise(VectorOperators.LSHL, top);
    if (!format.signedZero()) {
      sign = sign.blend(0, code.eq(0).or(code.compare(VectorOperators.GE, 1 << top)));
    }
    return code.lanewise(VectorOperators.XOR, sign);
  }

  static void toBFloat16(
      float[] x, int from, int to, float scale, float limit, short[] out, int at) {
    int i = from;
    for (int bound = from + F.loopBound(to - from); i < bound; i += F.length()) {
      IntVector bits = scaled(x, i, scale).max(-limit).min(limit).reinterpretAsInts();
      IntVector last = bits.lanewise(VectorOperators.LSHR, 16).and(1);
      IntVector rounded = bits.add(0x7FFF).add(last);
      IntVector quiet = bits.or(0x400000);
      rounded = rounded.blend(quiet, bits.and(MAGNITUDE).compare(VectorOperators.GT, INFINITY));
      ShortVector halves =
          (ShortVector)
              rounded.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, S, 0);
      halves.intoArray(out, at + i - from);
    }
    KernelProvider.PLAIN.toBFloat16(x, i, to, scale, limit, out, at + i - from);
  }
}
