package dev.halftone.evaluate;

/**
 * Why a layer does damage, with the number that was observed.
 *
 * @param observed what its kind says
 */
public record Reason(Kind kind, Part part, double observed) {
  /** What is wrong with a layer. */
  public enum Kind {
    /**
     * A few elements are far larger than the rest, so that the rest has few of the levels: the
     * largest magnitude over the 99.9th percentile of magnitudes.
     */
    RANGE_OUTLIER,
    /**
     * Channels of different size have one scale: the widest channel's largest magnitude over the
     * median channel's.
     */
    CHANNEL_IMBALANCE,
    /** Elements lie beyond the ends of what can be told: their share, from 0 to 1. */
    SATURATION,
    /**
     * What is summed up is far larger than the sum, so that its errors are too: the mean energy of
     * the sums, were their terms independent, over the output's. Of a product it is {@code
     * Σw²·mean(x²)/(outputs·mean(y²))}, of an addition the sum of its inputs' mean squares over
     * {@code mean(y²)}.
     */
    CANCELLATION,
    /** Elements are no larger than the distance of levels: their root mean square in steps. */
    FEW_STEPS
  }

  /** Of what. */
  public enum Part {
    WEIGHTS,
    ACTIVATIONS
  }
}
