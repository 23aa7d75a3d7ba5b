package dev.halftone.report;

import dev.halftone.report.Chart.Point;
import dev.halftone.report.Chart.Points;
import dev.halftone.report.Run.Tried;
import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Formats by size, by what the model is worth then, and by speed. */
final class SweepPart {
  private static final String SIZE = "size.ratio";
  private static final String SPEED = "speedup";

  private final List<Tried> sweep;

  /** By what the formats are judged: what every run would rather know, of what was measured. */
  private final String judge;

  private SweepPart(List<Tried> sweep) {
    this.sweep = sweep;
    judge = judge(sweep);
  }

  static Part of(Run run) {
    return run.sweep().isEmpty() ? Part.EMPTY : new SweepPart(run.sweep()).part();
  }

  private static String judge(List<Tried> sweep) {
    for (String metric : List.of("top1.quantized", "map.quantized", "auc.quantized", "agreement"))
      if (sweep.stream().anyMatch(tried -> tried.metrics().containsKey(metric))) return metric;
    return "weight_sqnr_db";
  }

  private Part part() {
    List<Tried> drawn = drawn();
    Html table = table(drawn).html();
    if (drawn.isEmpty()) return Part.of("sweep", "Formats", table);
    List<Point> points = points(drawn);
    Chart chart =
        new Chart(
            "chart-sweep",
            "Each point is a format; the line joins those that no other beats in size and worth."
                + (isTimed(drawn)
                    ? " The larger a point, the faster; its shape says whether faster or slower"
                        + " than the original."
                    : ""),
            "Size in per cent of the original against %s: %s".formatted(worth(), told(points)),
            new Points("size, % of the original", worth(), points));
    return Part.of("sweep", "Formats", chart.html().append(table), chart);
  }

  private Table table(List<Tried> drawn) {
    Table table =
        new Table(
            "Formats by size, worth and speed",
            Column.text("Format"),
            Column.number("Size, % of the original"),
            Column.number("Bits per weight"),
            Column.number(worth()),
            Column.number("SQNR of weights, dB"),
            Column.number("Times as fast"),
            Column.text("Not beaten"),
            Column.text("How it runs, or why not"));
    for (Tried tried : sweep) table.row(cells(tried, drawn));
    return table;
  }

  private Cell[] cells(Tried tried, List<Tried> drawn) {
    return new Cell[] {
      Cell.of(tried.format()),
      Cell.of(100 * number(tried, SIZE)),
      Cell.of(number(tried, "bits_per_weight")),
      Cell.of(number(tried, judge)),
      Cell.of(number(tried, "weight_sqnr_db")),
      Cell.of(number(tried, SPEED)),
      Cell.of(drawn.contains(tried) ? place(tried, drawn) : ""),
      Cell.of(tried.reason().isEmpty() ? String.join(", ", tried.execution()) : tried.reason())
    };
  }

  /** Whether something is as good in all and better in one; speed counts last, being measured. */
  private String place(Tried tried, List<Tried> all) {
    if (!isBeaten(tried, all, false)) return "in size and worth";
    return isTimed(all) && !isBeaten(tried, all, true) ? "for its speed" : "";
  }

  private boolean isBeaten(Tried tried, List<Tried> all, boolean withSpeed) {
    return all.stream()
        .anyMatch(
            other -> {
              double size = number(tried, SIZE) - number(other, SIZE);
              double worth = number(other, judge) - number(tried, judge);
              double speed = withSpeed ? gained(other, tried) : 0;
              return size >= 0 && worth >= 0 && speed >= 0 && (size > 0 || worth > 0 || speed > 0);
            });
  }

  /** What was not timed is not faster than anything. */
  private static double gained(Tried other, Tried tried) {
    return other.metrics().getOrDefault(SPEED, 0.0) - tried.metrics().getOrDefault(SPEED, 0.0);
  }

  private static boolean isTimed(List<Tried> tried) {
    return tried.stream().anyMatch(one -> one.metrics().containsKey(SPEED));
  }

  private List<Tried> drawn() {
    return sweep.stream()
        .filter(tried -> Double.isFinite(number(tried, SIZE)))
        .filter(tried -> Double.isFinite(number(tried, judge)))
        .sorted(Comparator.comparingDouble(tried -> number(tried, SIZE)))
        .toList();
  }

  private List<Point> points(List<Tried> drawn) {
    List<Point> points = new ArrayList<>();
    for (Tried tried : drawn)
      points.add(
          new Point(
              tried.format(),
              100 * number(tried, SIZE),
              number(tried, judge),
              !isBeaten(tried, drawn, false),
              tried.metrics().get(SPEED)));
    return points;
  }

  private static double number(Tried tried, String metric) {
    return tried.metrics().getOrDefault(metric, Double.NaN);
  }

  private static String told(List<Point> points) {
    List<String> told = new ArrayList<>();
    for (Point point : points) {
      Double speed = point.speed();
      told.add(
          "%s %s %% and %s%s"
              .formatted(
                  point.name(),
                  Numbers.decimal(point.x()),
                  Numbers.decimal(point.y()),
                  speed == null ? "" : ", %s times as fast".formatted(Numbers.decimal(speed))));
    }
    return String.join("; ", told);
  }

  /** The judge as people call it. */
  private String worth() {
    return MetricPart.title(judge.replace(".quantized", ""));
  }
}
