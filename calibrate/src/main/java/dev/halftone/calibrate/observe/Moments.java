package dev.halftone.calibrate.observe;

/**
 * Sums over finite elements, for mean and second moment. A commutative monoid under {@link #merge}:
 * samples split in any way, merged in any order and tree, give the same bits. For that the sum over
 * one sample is taken in double, in the order of its elements, and the sum of these without
 * rounding.
 *
 * @param count finite elements
 * @param sum of them
 * @param magnitudes sum of their magnitudes
 * @param squares sum of their squares
 */
public record Moments(long count, ExactSum sum, ExactSum magnitudes, ExactSum squares) {
  /** Of no elements; the neutral element of {@link #merge}. */
  public static final Moments EMPTY = new Moments(0, ExactSum.ZERO, ExactSum.ZERO, ExactSum.ZERO);

  /** Of the elements of both. */
  public Moments merge(Moments other) {
    return new Moments(
        Math.addExact(count, other.count),
        sum.plus(other.sum),
        magnitudes.plus(other.magnitudes),
        squares.plus(other.squares));
  }

  /** Mean of the elements; 0 when there are none. */
  public double mean() {
    return count == 0 ? 0 : sum.mean(count);
  }

  /** Mean of their magnitudes; 0 when there are none. */
  public double meanMagnitude() {
    return count == 0 ? 0 : magnitudes.mean(count);
  }

  /** Mean of their squares; 0 when there are none. */
  public double secondMoment() {
    return count == 0 ? 0 : squares.mean(count);
  }
}
