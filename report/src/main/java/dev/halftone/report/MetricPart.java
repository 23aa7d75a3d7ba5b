package dev.halftone.report;

import static java.util.Map.entry;

import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was measured: of two models side by side, or of one. */
final class MetricPart {
  private static final String BEFORE = ".reference";
  private static final String AFTER = ".quantized";

  /** What people call metrics; others stand by their names. */
  private static final Map<String, String> TITLES =
      Map.ofEntries(
          entry("bytes", "size"),
          entry("latency_ms", "latency, ms"),
          entry("top1", "accuracy, %"),
          entry("top1.drop", "drop of accuracy, points"),
          entry("top5", "right answer among the first five, %"),
          entry("map", "mean average precision"),
          entry("auc", "area under the ROC curve"),
          entry("agreement", "same answers, share"),
          entry("max_abs_difference", "largest difference of an output"),
          entry("mcnemar_p", "McNemar p"),
          entry("peak_rss_bytes", "memory of this run"),
          entry("seconds.total", "duration of this run, s"),
          entry("size.ratio", "size, share of the original"),
          entry("speedup", "times as fast"),
          entry("sqnr_db", "SQNR of the outputs, dB"),
          entry("weight_sqnr_db", "SQNR of the weights, dB"),
          entry("zipped_bytes", "size when zipped"),
          entry("sparsity", "weights that are zero, share"));

  private final Map<String, Double> metrics;
  private final boolean ofTwo;
  private final Table table;

  private MetricPart(Run run) {
    metrics = run.metrics();
    ofTwo = metrics.keySet().stream().anyMatch(key -> key.endsWith(BEFORE));
    List<Column> columns = new ArrayList<>(List.of(Column.text("Metric")));
    // Those of a sweep are of what it starts from, and of the run.
    boolean sweep = !run.sweep().isEmpty();
    if (ofTwo) columns.add(Column.number("Original"));
    columns.add(Column.number(ofTwo || !sweep ? "This model" : "Value"));
    columns.add(Column.text("95 % interval"));
    table = new Table("What was measured", columns.toArray(Column[]::new));
  }

  static Part of(Run run) {
    if (run.metrics().isEmpty()) return Part.EMPTY;
    MetricPart part = new MetricPart(run);
    part.fill();
    return Part.of("metrics", "Measured", part.table.html());
  }

  /** What people call a metric. */
  static String title(String metric) {
    return TITLES.getOrDefault(metric, metric);
  }

  private void fill() {
    Map<String, Double> left = new TreeMap<>(metrics);
    for (String key : metrics.keySet()) {
      if (!key.endsWith(BEFORE)) continue;
      String name = key.substring(0, key.length() - BEFORE.length());
      row(name, left.remove(key), left.remove(name + AFTER), interval(name + AFTER));
    }
    for (String key : left.keySet())
      if (!key.endsWith(".low") && !key.endsWith(".high"))
        row(key, null, left.get(key), interval(key));
  }

  private void row(String name, @Nullable Double before, @Nullable Double after, String interval) {
    Cell title = Cell.of(title(name));
    if (ofTwo) table.row(title, cell(name, before), cell(name, after), Cell.of(interval));
    else table.row(title, cell(name, after), Cell.of(interval));
  }

  private String interval(String name) {
    Double low = metrics.get(name + ".low");
    Double high = metrics.get(name + ".high");
    return low == null || high == null ? "" : Numbers.decimal(low) + " to " + Numbers.decimal(high);
  }

  private static Cell cell(String name, @Nullable Double value) {
    if (value == null) return Cell.of(Double.NaN);
    return name.contains("bytes") ? Cell.of(value, Numbers.bytes(value)) : Cell.of(value);
  }
}
