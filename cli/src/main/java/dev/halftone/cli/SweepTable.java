package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.toolkit.SweepEntry;
import dev.halftone.toolkit.SweepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A sweep as a table whose lines come one by one; a column without numbers shows a dash. */
final class SweepTable {
  private static final String NONE = "-";
  private static final String QUANTIZED = ".quantized";

  /** Metrics with {@code .quantized} that have a column of their own, or none. */
  private static final Set<String> NO_TASK = Set.of("bytes", "latency_ms", "weights");

  private final int width;

  SweepTable(List<SweepEntry> entries) {
    this.width =
        entries.stream()
            .mapToInt(entry -> entry.text().length())
            .reduce("original".length(), Math::max);
  }

  static String title(Path model, @Nullable DataSet judged) {
    return judged == null
        ? "%s, not judged by samples".formatted(model)
        : "%s, judged by %s".formatted(model, Text.count(judged.size(), "sample"));
  }

  /** The names of the columns and the line of the original. */
  List<String> head(@Nullable Evaluation original) {
    List<String> lines = new ArrayList<>();
    Map.Entry<String, String> task =
        original == null ? Map.entry("metric", NONE) : task(original.metrics(), "");
    lines.add(
        row(
            "format",
            List.of("bits", "size", "SQNR dB", "weights dB", task.getKey(), "agree", "speed"),
            "how ONNX Runtime runs it"));
    if (original != null)
      lines.add(
          row("original", List.of(NONE, "100.0 %", NONE, NONE, task.getValue(), NONE, NONE), ""));
    return lines;
  }

  String line(SweepResult result) {
    return switch (result) {
      case SweepResult.Refused(SweepEntry entry, String reason) ->
          ("%-" + width + "s  not done: %s").formatted(entry.text(), reason);
      case SweepResult.Done done -> line(done);
    };
  }

  private String line(SweepResult.Done done) {
    SortedMap<String, Double> metrics = done.metrics();
    return row(
        done.entry().text(),
        List.of(
            number("%.2f", metrics.get("bits_per_weight"), 1),
            number("%.1f %%", metrics.get("size.ratio"), 100),
            number("%.1f", metrics.get("sqnr_db"), 1),
            number("%.1f", metrics.get("weight_sqnr_db"), 1),
            task(metrics, QUANTIZED).getValue(),
            number("%.2f %%", metrics.get("agreement"), 100),
            number("%.2fx", metrics.get("speedup"), 1)),
        String.join(", ", done.execution()));
  }

  /** Name and value of the first metric of the task: {@code top1}, {@code auc}, {@code map} … */
  private static Map.Entry<String, String> task(SortedMap<String, Double> metrics, String ending) {
    for (Map.Entry<String, Double> metric : metrics.entrySet()) {
      String name = metric.getKey();
      if (!name.endsWith(ending)) continue;
      String bare = name.substring(0, name.length() - ending.length());
      if (bare.indexOf('.') >= 0 || NO_TASK.contains(bare)) continue;
      return bare.startsWith("top")
          ? Map.entry(bare, number("%.2f %%", metric.getValue(), 1))
          : Map.entry(bare, number("%.4f", metric.getValue(), 1));
    }
    return Map.entry("metric", NONE);
  }

  private static String number(String format, @Nullable Double value, double factor) {
    return value == null ? NONE : String.format(Locale.ROOT, format, factor * value);
  }

  private String row(String entry, List<String> cells, String last) {
    String row =
        ("%-" + width + "s %6s %8s %8s %11s %9s %9s %7s  %s")
            .formatted(
                entry,
                cells.get(0),
                cells.get(1),
                cells.get(2),
                cells.get(3),
                cells.get(4),
                cells.get(5),
                cells.get(6),
                last);
    return row.stripTrailing();
  }
}
