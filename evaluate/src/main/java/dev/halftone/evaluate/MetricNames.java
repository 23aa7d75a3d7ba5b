package dev.halftone.evaluate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the names of metrics mean. Names are a contract: scripts read them. */
public final class MetricNames {
  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put("top1", "samples whose label is the model's first answer, percent");
    MEANINGS.put("top5", "samples whose label is among the model's first five answers, percent");
    MEANINGS.put("auc", "area under the ROC curve of anomaly scores, 0 to 1");
    MEANINGS.put("map", "mean average precision of boxes at IoU 0.5, 0 to 1");
    MEANINGS.put(
        "mcnemar_p",
        "exact two-sided McNemar test of top1: probability of so uneven a difference by chance");
    MEANINGS.put("agreement", "answers that are the same as the reference's, 0 to 1");
    MEANINGS.put(
        "sqnr_db",
        "10·log10(Σx²/Σ(x − y)²) over all floating-point outputs and samples, at most 200");
    MEANINGS.put(
        "max_abs_difference", "largest difference of an output value from the reference's");
    MEANINGS.put("bytes", "size of the model file and its external data");
    MEANINGS.put("size.ratio", "bytes of the quantized model over bytes of the reference");
    MEANINGS.put("latency_ms", "median time of one run on one sample, milliseconds");
    MEANINGS.put(
        "speedup",
        "median over pairs of runs of reference time over quantized time; low and high are"
            + " quartiles");
  }

  private static final Map<String, String> ENDINGS =
      Map.of(
          ".reference", "of the reference",
          ".quantized", "of the quantized model",
          ".drop", "reference minus quantized",
          ".low", "lower end of its 95 % interval",
          ".high", "upper end of its 95 % interval");

  private MetricNames() {}

  /** Names without endings, in the order in which they are best read, and what they mean. */
  public static Map<String, String> all() {
    return Collections.unmodifiableMap(MEANINGS);
  }

  /**
   * A difference of a metric in points: percentage points for one in percent, hundredths for one
   * from 0 to 1; as it is for others.
   *
   * @param name with or without endings
   */
  public static double points(String name, double difference) {
    String meaning = meaning(name);
    return meaning != null && meaning.contains("0 to 1") ? 100 * difference : difference;
  }

  /**
   * What a name as found in {@link Evaluation#metrics()} means, or null for one that is not known.
   */
  public static @Nullable String meaning(String name) {
    String known = MEANINGS.get(name);
    if (known != null) return known;
    int dot = name.lastIndexOf('.');
    if (dot < 0) return null;
    String ending = ENDINGS.get(name.substring(dot));
    String meaning = meaning(name.substring(0, dot));
    return ending == null || meaning == null ? null : meaning + "; " + ending;
  }
}
