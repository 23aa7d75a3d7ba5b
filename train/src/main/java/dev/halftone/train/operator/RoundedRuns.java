package dev.halftone.train.operator;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rounding of floats that lie in runs of one scale each, in loops that a JVM makes vector code of:
 *
 * <pre>
 * v = x / scale,  q = clamp(rint(v), low, high),  y = q * scale
 * </pre>
 *
 * <p>and its gradients: {@code dx = dy} where {@code rint(v)} is not clamped, else 0, {@code dscale
 * = sum of dy * (q - v)} over the former and {@code dy * q} over the others, and for the zero point
 * that both bounds lie below, {@code dzero = sum of dy * -scale} over the others. Sums of a run are
 * taken in double, in an order that is always the same.
 *
 * @param count of all elements
 * @param inner elements of a run; run {@code i} has scale {@code i mod scales.length}
 * @param lows least codes, the zero point subtracted: whole numbers within {@link #REACH}
 * @param highs greatest codes likewise
 */
record RoundedRuns(long count, long inner, float[] scales, float[] lows, float[] highs)
    implements Rounder {
  /** Codes that a float holds with halves, and one beyond. */
  static final float REACH = 0x1p21f;

  /** A float that has no places for fractions: added and taken away, it rounds half to even. */
  private static final float WHOLE = 0x1.8p23f;

  /** Floats at a time: three of these lie in the nearest cache. */
  private static final int CHUNK = 2048;

  /** Writes {@code y}. */
  @Override
  public void round(MemorySegment x, MemorySegment y) {
    float[] values = new float[CHUNK];
    for (long run = 0; run * inner < count; run++) {
      int scale = (int) (run % scales.length);
      for (long from = 0; from < inner; from += CHUNK) {
        int length = (int) Math.min(CHUNK, inner - from);
        copy(x, run * inner + from, values, length);
        round(values, length, scales[scale], lows[scale], highs[scale]);
        copy(values, y, run * inner + from, length);
      }
    }
  }

  private static void round(float[] values, int length, float scale, float low, float high) {
    for (int i = 0; i < length; i++) {
      float v = Math.min(Math.max(values[i] / scale, low), high);
      values[i] = (v + WHOLE - WHOLE) * scale;
    }
  }

  /** Writes {@code dx}, and gives {@code dscale} and {@code dzero}. */
  @Override
  public Sums gradients(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean zeroPoints) {
    Sums sums = new Sums(new double[scales.length], new double[scales.length]);
    float[] values = new float[CHUNK];
    float[] gradients = new float[CHUNK];
    for (long run = 0; run * inner < count; run++) {
      int scale = (int) (run % scales.length);
      for (long from = 0; from < inner; from += CHUNK) {
        int length = (int) Math.min(CHUNK, inner - from);
        copy(x, run * inner + from, values, length);
        copy(dy, run * inner + from, gradients, length);
        double all = zeroPoints ? sum(gradients, length) : 0;
        pass(values, gradients, length, scales[scale], lows[scale], highs[scale]);
        copy(gradients, dx, run * inner + from, length);
        sums.scales()[scale] += sum(values, length);
        if (zeroPoints) sums.zeroPoints()[scale] -= (all - sum(gradients, length)) * scales[scale];
      }
    }
    return sums;
  }

  /** Makes {@code dx} of {@code dy}, and what the scale's gradient is the sum of in {@code x}. */
  private static void pass(float[] x, float[] dy, int length, float scale, float low, float high) {
    float below = low - 1;
    float above = high + 1;
    for (int i = 0; i < length; i++) {
      // One code beyond the range is as good as any.
      float v = Math.min(Math.max(x[i] / scale, below), above);
      float whole = v + WHOLE - WHOLE;
      float q = Math.min(Math.max(whole, low), high);
      float inside = 1 - Math.abs(whole - q);
      x[i] = dy[i] * (q - inside * v);
      dy[i] = dy[i] * inside;
    }
  }

  private static double sum(float[] values, int length) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int whole = length & -4;
    for (int i = 0; i < whole; i += 4) {
      first += values[i];
      second += values[i + 1];
      third += values[i + 2];
      fourth += values[i + 3];
    }
    for (int i = whole; i < length; i++) first += values[i];
    return (first + second) + (third + fourth);
  }

  private static void copy(MemorySegment from, long index, float[] to, int length) {
    MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, Float.BYTES * index, to, 0, length);
  }

  private static void copy(float[] from, MemorySegment to, long index, int length) {
    MemorySegment.copy(from, 0, to, ValueLayout.JAVA_FLOAT, Float.BYTES * index, length);
  }
}
