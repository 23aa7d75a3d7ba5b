package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The kinds of metrics that are installed, in the order in which they are found. */
public final class MetricKinds {
  private static final List<MetricKind> ALL =
      ServiceLoader.load(MetricKind.class, MetricKind.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();
  private static final Map<String, String> MEANINGS = meanings(ALL);

  private MetricKinds() {}

  /** What the names of all kinds mean. */
  public static Map<String, String> meanings() {
    return MEANINGS;
  }

  /**
   * The metrics that judge these data.
   *
   * @throws dev.halftone.graph.MalformedDataException if what the data asks for cannot be had
   */
  public static List<Metric> start(DataSet data, boolean withReference) {
    List<Metric> metrics = new ArrayList<>();
    for (MetricKind kind : ALL) {
      Metric metric = kind.start(data, withReference);
      if (metric != null) metrics.add(metric);
    }
    return metrics;
  }

  /**
   * @throws IllegalStateException if two kinds report under one name: one would hide the other
   */
  static Map<String, String> meanings(List<MetricKind> kinds) {
    Map<String, MetricKind> owners = new LinkedHashMap<>();
    Map<String, String> meanings = new LinkedHashMap<>();
    for (MetricKind kind : kinds) {
      kind.meanings()
          .forEach(
              (name, meaning) -> {
                MetricKind other = owners.put(name, kind);
                if (other != null) {
                  throw new IllegalStateException(
                      "two metrics named \"%s\": %s and %s"
                          .formatted(name, other.getClass(), kind.getClass()));
                }
                meanings.put(name, meaning);
              });
    }
    return Collections.unmodifiableMap(meanings);
  }
}
