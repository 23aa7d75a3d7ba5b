package dev.halftone.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Metrics as a few lines of text. */
final class MetricText {
  private static final List<String> SHARES = List.of("top1", "top5", "accuracy", "agreement");

  private final Map<String, Double> left;
  private final List<String> lines = new ArrayList<>();

  private MetricText(Map<String, Double> metrics) {
    this.left = new TreeMap<>(metrics);
  }

  /** All that was measured: what compares first, then whatever else there is, by name. */
  static List<String> lines(Map<String, Double> metrics, int latencyThreads) {
    MetricText text = new MetricText(metrics);
    text.size();
    text.latency(latencyThreads);
    text.pairs();
    text.rest();
    return text.lines;
  }

  private void size() {
    Double reference = left.remove("bytes.reference");
    Double quantized = left.remove("bytes.quantized");
    Double ratio = left.remove("size.ratio");
    if (reference == null || quantized == null) return;
    double share = ratio == null ? quantized / reference : ratio;
    add("size", "%s → %s (%s)".formatted(Text.bytes(reference), Text.bytes(quantized), Text.percent(share)));
  }

  private void latency(int threads) {
    Double reference = left.remove("latency_ms.reference");
    Double quantized = left.remove("latency_ms.quantized");
    Double alone = left.remove("latency_ms");
    Double speedup = left.remove("speedup");
    String at = " with " + Text.count(threads, "thread");
    if (alone != null) add("latency", Text.decimal(alone) + " ms" + at);
    if (reference == null || quantized == null) return;
    double factor = speedup == null ? reference / quantized : speedup;
    add("latency", "%s ms → %s ms%s (%s ×)".formatted(Text.decimal(reference), Text.decimal(quantized), at, Text.decimal(factor)));
  }

  private void pairs() {
    SortedSet<String> names = new TreeSet<>();
    for (String name : left.keySet()) {
      if (name.endsWith(".reference")) names.add(name.substring(0, name.length() - ".reference".length()));
    }
    for (String name : names) {
      Double reference = left.remove(name + ".reference");
      Double quantized = left.remove(name + ".quantized");
      if (reference != null && quantized != null) add(name, "%s → %s".formatted(value(name, reference), value(name, quantized)));
    }
  }

  private void rest() {
    left.forEach((name, value) -> add(name, value(name, value)));
  }

  private static String value(String name, double value) {
    return SHARES.contains(name.toLowerCase(Locale.ROOT)) ? Text.percent(value) : Text.decimal(value);
  }

  private void add(String name, String value) {
    lines.add(line(name, value));
  }

  /** A name and its value, in two columns. */
  static String line(String name, @Nullable String value) {
    return "  %-10s %s".formatted(name, value);
  }
}
