package dev.halftone.evaluate.statistics;

/** Two ends between which the true value lies, with a confidence of 95 %. */
public record Interval(double low, double high) {
  /** 97.5 % point of the standard normal distribution. */
  static final double Z = 1.959963984540054;

  /** {@code estimate ± z·√variance}, cut to {@code [least, most]}. */
  static Interval around(double estimate, double variance, double least, double most) {
    double half = Z * Math.sqrt(variance);
    return new Interval(Math.max(least, estimate - half), Math.min(most, estimate + half));
  }

  /** Both ends multiplied by a positive factor. */
  public Interval times(double factor) {
    return new Interval(low * factor, high * factor);
  }
}
