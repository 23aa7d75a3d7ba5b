package dev.halftone.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A drawing of numbers that a table beside it says too.
 *
 * @param id of its element
 * @param title what it shows, in a few words
 * @param alternative what a person would say who sees it
 */
record Chart(String id, String title, String alternative, Kind kind) {
  /** How it is drawn. */
  sealed interface Kind {}

  /**
   * Bars side by side.
   *
   * @param unit of the values
   */
  record Bars(String unit, List<String> names, List<Double> values) implements Kind {}

  /**
   * Lines over numbers that rise.
   *
   * @param x title of the axis
   * @param y likewise
   */
  record Lines(String x, String y, List<Double> places, Map<String, List<Double>> series)
      implements Kind {}

  /**
   * Points over two axes, larger and of another shape where they are faster; those of the front are
   * joined.
   *
   * @param x title of the axis
   * @param y likewise
   */
  record Points(String x, String y, List<Point> points) implements Kind {}

  /**
   * A named point.
   *
   * @param speed times as fast as the original, null where it was not timed
   */
  record Point(String name, double x, double y, boolean front, @Nullable Double speed) {}

  /** The place where it is drawn. */
  Html html() {
    return new Html()
        .raw("<figure><div class=\"chart\" role=\"img\" id=\"")
        .text(id)
        .raw("\" aria-label=\"")
        .text(alternative)
        .raw("\"></div><figcaption>")
        .text(title)
        .raw("</figcaption></figure>\n");
  }

  /** What the script draws from. */
  Map<String, Object> data() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", id);
    switch (kind) {
      case Bars(String unit, List<String> names, List<Double> values) -> {
        data.put("kind", "bars");
        data.put("unit", unit);
        data.put("names", names);
        data.put("values", values.stream().map(Chart::drawable).toList());
      }
      case Lines(String x, String y, List<Double> places, Map<String, List<Double>> series) -> {
        data.put("kind", "lines");
        data.put("x", x);
        data.put("y", y);
        data.put("places", places);
        Map<String, List<Object>> drawable = new LinkedHashMap<>();
        series.forEach((name, values) -> drawable.put(name, gaps(values)));
        data.put("series", drawable);
      }
      case Points(String x, String y, List<Point> points) -> {
        data.put("kind", "points");
        data.put("x", x);
        data.put("y", y);
        data.put("points", points);
      }
    }
    return data;
  }

  /** What was not measured is a gap in a line. */
  private static List<Object> gaps(List<Double> values) {
    return values.stream().<Object>map(v -> Double.isFinite(v) ? v : "-").toList();
  }

  /** JSON has neither infinity nor NaN. */
  private static double drawable(double value) {
    return Double.isFinite(value) ? value : 0;
  }
}
