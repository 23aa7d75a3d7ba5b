package dev.halftone.evaluate.statistics;

/**
 * Two models that are right or wrong on the same samples.
 *
 * @param onlyFirst samples on which only the first is right
 * @param onlySecond samples on which only the second is right
 * @param trials all samples, at least 1
 */
public record PairedProportions(long onlyFirst, long onlySecond, long trials) {
  public PairedProportions {
    if (onlyFirst < 0 || onlySecond < 0 || trials < 1 || onlyFirst + onlySecond > trials) {
      throw new IllegalArgumentException(
          "%d and %d of %d".formatted(onlyFirst, onlySecond, trials));
    }
  }

  /** Share of the first minus share of the second. */
  public double difference() {
    return (double) (onlyFirst - onlySecond) / trials;
  }

  /**
   * Adjusted Wald interval of the difference: with {@code p = (onlyFirst + 1)/(n + 2)} and {@code q
   * = (onlySecond + 1)/(n + 2)}, it is {@code p − q ± z·√((p + q − (p − q)²)/(n + 2))}. Source: D.
   * G. Bonett and R. M. Price, Adjusted Wald confidence interval for a difference of binomial
   * proportions based on paired data, Journal of Educational and Behavioral Statistics 37 (2012).
   */
  public Interval interval() {
    double p = (onlyFirst + 1.0) / (trials + 2);
    double q = (onlySecond + 1.0) / (trials + 2);
    double difference = p - q;
    return Interval.around(difference, (p + q - difference * difference) / (trials + 2), -1, 1);
  }

  /**
   * McNemar's test, exact and two-sided: the probability, were both models equally good, that the
   * samples on which they differ fall as unevenly or more so: {@code min(1, 2·Σ_{k ≤ min} C(n,
   * k)/2ⁿ)} with n = onlyFirst + onlySecond; 1 where they never differ. Source: Q. McNemar,
   * Psychometrika 12 (1947), with the binomial distribution in place of its normal limit.
   */
  public double mcNemar() {
    long differing = onlyFirst + onlySecond;
    double logTerm = -differing * StrictMath.log(2);
    double sum = 0;
    for (long k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
      if (k > 0) logTerm += StrictMath.log((double) (differing - k + 1) / k);
      sum += StrictMath.exp(logTerm);
    }
    return Math.min(1, 2 * sum);
  }
}
