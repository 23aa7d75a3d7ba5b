package dev.halftone.toolkit;

import dev.halftone.evaluate.metric.ErrorSum;
import dev.halftone.plan.StoredWeight;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What storing weights in few bits saves and costs. */
final class WeightMetrics {
  private WeightMetrics() {}

  /**
   * {@code bits_per_weight} over all weights, those that were kept too; over those that were
   * quantized, the mean of their SQNR in dB, {@code weight_sqnr_db}, and the least, {@code
   * weight_sqnr_db.least}; and {@code weights.quantized}, their share of all elements. What does
   * not exist is left out.
   */
  static SortedMap<String, Double> of(List<StoredWeight> weights) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    double all = weights.stream().mapToDouble(weight -> weight.original().count()).sum();
    if (all == 0) return metrics;
    List<StoredWeight> quantized = weights.stream().filter(StoredWeight::quantized).toList();
    double elements = quantized.stream().mapToDouble(weight -> weight.original().count()).sum();
    metrics.put(
        "bits_per_weight", 8 * weights.stream().mapToDouble(StoredWeight::bytes).sum() / all);
    metrics.put("weights.quantized", elements / all);
    double[] errors = quantized.stream().mapToDouble(WeightMetrics::sqnrDb).toArray();
    double sum = 0;
    double least = ErrorSum.MOST_DB;
    for (double error : errors) {
      sum += error;
      least = Math.min(least, error);
    }
    if (errors.length == 0) return metrics;
    metrics.put("weight_sqnr_db", sum / errors.length);
    metrics.put("weight_sqnr_db.least", least);
    return metrics;
  }

  /** {@code 10·log10(Σw²/Σ(w − ŵ)²)} of one weight, see {@link ErrorSum#sqnrDb()}. */
  static double sqnrDb(StoredWeight weight) {
    ErrorSum error = new ErrorSum();
    error.add(weight.original(), weight.decoded().get());
    return error.sqnrDb();
  }
}
