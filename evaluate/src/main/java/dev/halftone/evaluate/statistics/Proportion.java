package dev.halftone.evaluate.statistics;

/** A share of samples. */
public final class Proportion {
  private Proportion() {}

  /**
   * Wilson's score interval of a proportion: {@code (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 +
   * z²/n)}. Source: E. B. Wilson, Probable inference, the law of succession, and statistical
   * inference, JASA 22 (1927).
   *
   * @param hits of {@code trials}, which is at least 1
   */
  public static Interval wilson(long hits, long trials) {
    if (trials < 1 || hits < 0 || hits > trials)
      throw new IllegalArgumentException("%d hits of %d".formatted(hits, trials));
    double z2 = Interval.Z * Interval.Z;
    double p = (double) hits / trials;
    double scale = 1 + z2 / trials;
    double center = (p + z2 / (2 * trials)) / scale;
    double spread = p * (1 - p) / trials + z2 / (4.0 * trials * trials);
    return Interval.around(center, spread / (scale * scale), 0, 1);
  }
}
