package dev.halftone.evaluate.metric;

import dev.halftone.tensor.Tensor;

/**
 * Differences between values and their reference, added up in the order given, in double precision.
 * Pairs of which one is infinite or NaN are counted and left out.
 */
public final class ErrorSum {
  /**
   * What a ratio beyond the precision of the sums is given as, such as that of identical values.
   */
  public static final double MOST_DB = 200;

  private static final int PART = 1 << 16;

  private double signal;
  private double error;
  private double foundSignal;
  private double product;
  private double largest;
  private long count;
  private long notFinite;

  /** Adds all elements of two tensors of as many. */
  public void add(Tensor reference, Tensor found) {
    for (long from = 0; from < reference.count(); from += PART) {
      int length = (int) Math.min(PART, reference.count() - from);
      add(reference.toFloats(from, length), found.toFloats(from, length));
    }
  }

  private void add(float[] reference, float[] found) {
    for (int i = 0; i < reference.length; i++) {
      double x = reference[i];
      double y = found[i];
      double difference = x - y;
      if (!Double.isFinite(difference)) {
        notFinite++;
        continue;
      }
      count++;
      signal += x * x;
      foundSignal += y * y;
      product += x * y;
      error += difference * difference;
      largest = Math.max(largest, Math.abs(difference));
    }
  }

  /** Adds what another sum has. */
  public void add(ErrorSum other) {
    signal += other.signal;
    error += other.error;
    foundSignal += other.foundSignal;
    product += other.product;
    largest = Math.max(largest, other.largest);
    count += other.count;
    notFinite += other.notFinite;
  }

  private boolean isLost() {
    return count == 0 && notFinite > 0;
  }

  /** Whether nothing was added, not even a pair that was left out. */
  public boolean isEmpty() {
    return count == 0 && notFinite == 0;
  }

  /** Pairs added. */
  public long count() {
    return count;
  }

  /** Pairs left out. */
  public long notFinite() {
    return notFinite;
  }

  /** Largest {@code |x − y|}. */
  public double largest() {
    return largest;
  }

  /**
   * Noise over signal, {@code Σ(x − y)²/Σx²}; 0 without noise, infinite where there is noise and no
   * signal, and where all pairs were left out.
   */
  public double noise() {
    if (isLost()) return Double.POSITIVE_INFINITY;
    return error == 0 ? 0 : error / signal;
  }

  /**
   * This noise over the signal of another sum, {@code Σ(x − y)²/Σz²}; infinite and 0 as {@link
   * #noise}.
   */
  public double noiseIn(ErrorSum other) {
    if (isLost()) return Double.POSITIVE_INFINITY;
    return error == 0 ? 0 : error / other.signal;
  }

  /**
   * Signal to quantization noise ratio, {@code 10·log10(Σx²/Σ(x − y)²)} with x the reference, at
   * most 200 and at least -200, which is also that of pairs that were all left out.
   */
  public double sqnrDb() {
    if (isLost()) return -MOST_DB;
    if (error == 0) return MOST_DB;
    return Math.clamp(10 * StrictMath.log10(signal / error), -MOST_DB, MOST_DB);
  }

  /**
   * Cosine of the angle between the two, {@code Σxy/√(Σx²·Σy²)}; 1 when both are zero, 0 when one
   * is, and when all pairs were left out.
   */
  public double cosine() {
    if (isLost()) return 0;
    if (signal == 0 || foundSignal == 0) return signal == foundSignal ? 1 : 0;
    return Math.clamp(product / (Math.sqrt(signal) * Math.sqrt(foundSignal)), -1, 1);
  }
}
