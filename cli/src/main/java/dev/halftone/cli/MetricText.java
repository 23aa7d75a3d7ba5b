package dev.halftone.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Metrics as a few lines of text. */
final class MetricText {
  private static final Set<String> PERCENT = Set.of("top1", "top5");
  private static final Set<String> SHARES = Set.of("agreement", "sparsity", "channels.removed");
  private static final Map<String, String> TITLES =
      Map.of(
          "sqnr_db",
          "SQNR",
          "mcnemar_p",
          "McNemar p",
          "max_abs_difference",
          "largest difference of an output");

  /** Metrics whose drop is told in hundredths. */
  private static final Set<String> ONE_IS_ALL = Set.of("auc", "map");

  private final Map<String, Double> left;
  private final List<String> lines = new ArrayList<>();

  private MetricText(Map<String, Double> metrics) {
    this.left = new TreeMap<>(metrics);
  }

  /** All that was measured: what compares first, then whatever else there is, by name. */
  static List<String> lines(Map<String, Double> metrics, int latencyThreads) {
    MetricText text = new MetricText(metrics);
    text.size();
    text.judged();
    text.fidelity();
    text.latency(latencyThreads);
    text.rest();
    return text.lines;
  }

  private void size() {
    Double alone = left.remove("bytes");
    Double reference = left.remove("bytes.reference");
    Double quantized = left.remove("bytes.quantized");
    Double ratio = left.remove("size.ratio");
    if (alone != null) add("size", Text.bytes(alone));
    if (reference == null || quantized == null || ratio == null) return;
    add(
        "size",
        "%s → %s (%s)"
            .formatted(Text.bytes(reference), Text.bytes(quantized), Text.percent(ratio)));
    Double zippedReference = left.remove("zipped_bytes.reference");
    Double zipped = left.remove("zipped_bytes.quantized");
    if (zippedReference == null || zipped == null) return;
    add(
        "zipped",
        "%s → %s (%s)"
            .formatted(
                Text.bytes(zippedReference),
                Text.bytes(zipped),
                Text.percent(zipped / zippedReference)));
  }

  /** Every metric of the task, beside the reference's where there is one, with intervals. */
  private void judged() {
    SortedSet<String> names = new TreeSet<>(PERCENT);
    names.addAll(ONE_IS_ALL);
    for (String name : left.keySet()) {
      if (name.endsWith(".reference") && !name.startsWith("latency"))
        names.add(name.substring(0, name.length() - ".reference".length()));
    }
    names.forEach(this::judged);
  }

  private void judged(String name) {
    String alone = withInterval(name, name);
    String reference = withInterval(name + ".reference", name);
    String quantized = withInterval(name + ".quantized", name);
    if (alone != null) add(name, alone);
    if (reference != null && quantized != null) add(name, reference + " → " + quantized);
    Double drop = left.remove(name + ".drop");
    Double low = left.remove(name + ".drop.low");
    Double high = left.remove(name + ".drop.high");
    Double chance = name.equals("top1") ? left.remove("mcnemar_p") : null;
    if (drop == null) return;
    double points = ONE_IS_ALL.contains(name) ? 100 : 1;
    String text = "dropped by %s points".formatted(two(points * drop));
    if (low != null && high != null)
      text += " [%s, %s]".formatted(two(points * low), two(points * high));
    if (chance != null) text += ", McNemar p = " + Text.decimal(chance);
    add("", text);
  }

  /** The value with its 95 % interval in brackets; null when it was not measured. */
  private @Nullable String withInterval(String key, String name) {
    Double value = left.remove(key);
    Double low = left.remove(key + ".low");
    Double high = left.remove(key + ".high");
    if (value == null) return null;
    String text = value(name, value);
    return low == null || high == null
        ? text
        : text + " [%s, %s]".formatted(bare(name, low), bare(name, high));
  }

  private void fidelity() {
    Double agreement = left.remove("agreement");
    Double sqnr = left.remove("sqnr_db");
    List<String> parts = new ArrayList<>();
    if (agreement != null) parts.add(Text.percent(agreement) + " of the answers");
    if (sqnr != null) parts.add("SQNR " + Text.decimal(sqnr) + " dB");
    if (!parts.isEmpty()) add("agreement", String.join(", ", parts));
  }

  private void latency(int threads) {
    Double reference = left.remove("latency_ms.reference");
    Double quantized = left.remove("latency_ms.quantized");
    Double alone = left.remove("latency_ms");
    Double speedup = left.remove("speedup");
    Double low = left.remove("speedup.low");
    Double high = left.remove("speedup.high");
    String at = " with " + Text.count(threads, "thread");
    if (alone != null) add("latency", Text.decimal(alone) + " ms" + at);
    if (reference == null || quantized == null || speedup == null) return;
    String text =
        "%s ms → %s ms%s, %s times as fast"
            .formatted(Text.decimal(reference), Text.decimal(quantized), at, two(speedup));
    add(
        "latency",
        low == null || high == null ? text : text + " [%s, %s]".formatted(two(low), two(high)));
  }

  private void rest() {
    Double seconds = left.remove("seconds.total");
    Double peak = left.remove("peak_rss_bytes");
    left.forEach(
        (name, value) ->
            lines.add("  %s %s".formatted(TITLES.getOrDefault(name, name), value(name, value))));
    if (seconds != null)
      add(
          "took",
          Text.decimal(seconds)
              + " s"
              + (peak == null ? "" : ", at most " + Text.bytes(peak) + " of memory"));
  }

  private static String value(String name, double value) {
    if (SHARES.contains(name)) return Text.percent(value);
    return PERCENT.contains(name) ? two(value) + " %" : bare(name, value);
  }

  private static String bare(String name, double value) {
    if (PERCENT.contains(name)) return two(value);
    return ONE_IS_ALL.contains(name)
        ? String.format(Locale.ROOT, "%.4f", value)
        : Text.decimal(value);
  }

  private static String two(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private void add(String name, String value) {
    lines.add(line(name, value));
  }

  /** A name and its value, in two columns. */
  static String line(String name, String value) {
    return "  %-10s %s".formatted(name, value);
  }
}
