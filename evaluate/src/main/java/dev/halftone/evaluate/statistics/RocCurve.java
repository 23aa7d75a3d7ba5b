package dev.halftone.evaluate.statistics;

/**
 * Scores of positive and negative cases.
 *
 * <p>The area under the ROC curve is the probability that a positive case scores higher than a
 * negative one, ties counted half. Its variance is that of DeLong, DeLong and Clarke-Pearson,
 * Comparing the areas under two or more correlated receiver operating characteristic curves,
 * Biometrics 44 (1988): each case's own share of won comparisons ("placement") is a sample.
 */
public final class RocCurve {
  private final double[] positivePlacements;
  private final double[] negativePlacements;

  /**
   * @param positive scores, at least one, none of them NaN
   * @param negative scores, at least one, none of them NaN
   */
  public RocCurve(double[] positive, double[] negative) {
    if (positive.length == 0 || negative.length == 0) {
      throw new IllegalArgumentException(
          "%d positive and %d negative cases".formatted(positive.length, negative.length));
    }
    positivePlacements = new double[positive.length];
    negativePlacements = new double[negative.length];
    for (int i = 0; i < positive.length; i++) {
      for (int j = 0; j < negative.length; j++) {
        double won = won(positive[i], negative[j]);
        positivePlacements[i] += won / negative.length;
        negativePlacements[j] += won / positive.length;
      }
    }
  }

  private static double won(double positive, double negative) {
    if (Double.isNaN(positive) || Double.isNaN(negative))
      throw new IllegalArgumentException("a score is not a number");
    return positive > negative ? 1 : positive == negative ? 0.5 : 0;
  }

  public double area() {
    return mean(positivePlacements);
  }

  /**
   * Interval of the area; a point where fewer than two cases of a kind leave nothing to estimate a
   * variance from.
   */
  public Interval interval() {
    return Interval.around(
        area(), variance(positivePlacements) + variance(negativePlacements), 0, 1);
  }

  /** Interval of this area minus another's, whose cases are the same. */
  public Interval intervalOfDifference(RocCurve other) {
    double variance =
        variance(minus(positivePlacements, other.positivePlacements))
            + variance(minus(negativePlacements, other.negativePlacements));
    return Interval.around(area() - other.area(), variance, -1, 1);
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) difference[i] = a[i] - b[i];
    return difference;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) sum += value;
    return sum / values.length;
  }

  /** Variance of the mean. */
  private static double variance(double[] values) {
    if (values.length < 2) return 0;
    double mean = mean(values);
    double sum = 0;
    for (double value : values) sum += (value - mean) * (value - mean);
    return sum / (values.length - 1) / values.length;
  }
}
