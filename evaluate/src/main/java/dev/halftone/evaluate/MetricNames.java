package dev.halftone.evaluate;

import dev.halftone.evaluate.metric.MetricKinds;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the names of metrics mean. Names are a contract: scripts read them. */
public final class MetricNames {
  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.putAll(MetricKinds.meanings());
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
