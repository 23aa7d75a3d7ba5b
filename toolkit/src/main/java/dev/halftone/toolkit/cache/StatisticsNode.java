package dev.halftone.toolkit.cache;

import dev.halftone.calibrate.observe.ExactSum;
import dev.halftone.calibrate.observe.Histogram;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.kernels.FiniteRange;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Statistics of one tensor as JSON, see {@link StatisticsFile}. */
final class StatisticsNode {
  private StatisticsNode() {}

  static ObjectNode of(ObjectNode node, Statistics statistics) {
    FiniteRange values = statistics.values();
    node.put("samples", statistics.samples()).put("finite", values.finite());
    node.put("nan", values.nan()).put("infinite", values.infinite());
    if (!statistics.isEmpty()) {
      node.put("min", Float.toHexString(values.min())).put("max", Float.toHexString(values.max()));
      node.put("lows", statistics.lows().units().toString(16));
      node.put("highs", statistics.highs().units().toString(16));
    }
    if (statistics.hasHistogram())
      HistogramNode.fill(node.putObject("histogram"), statistics.histogram());
    return node;
  }

  /**
   * The statistics.
   *
   * @throws IllegalArgumentException if something is missing or contradicts the rest
   */
  static Statistics read(JsonNode node) {
    long samples = count(node, "samples");
    long finite = count(node, "finite");
    require((samples == 0) == (finite == 0) && samples <= finite, "samples do not fit finite");
    boolean empty = finite == 0;
    FiniteRange values =
        new FiniteRange(
            empty ? Float.POSITIVE_INFINITY : number(node, "min"),
            empty ? Float.NEGATIVE_INFINITY : number(node, "max"),
            finite,
            count(node, "nan"),
            count(node, "infinite"));
    require(empty || values.min() <= values.max(), "min is above max");
    ExactSum lows = empty ? ExactSum.ZERO : sum(node, "lows");
    ExactSum highs = empty ? ExactSum.ZERO : sum(node, "highs");
    require(empty || lows.mean(samples) >= values.min(), "lows are below min");
    require(empty || highs.mean(samples) <= values.max(), "highs are above max");
    require(lows.units().compareTo(highs.units()) <= 0, "lows are above highs");
    return new Statistics(samples, values, lows, highs, histogram(node, values));
  }

  private static @Nullable Histogram histogram(JsonNode node, FiniteRange values) {
    if (!node.has("histogram")) return null;
    Histogram histogram = HistogramNode.read(node.path("histogram"));
    require(histogram.total() == values.finite(), "the histogram does not hold finite elements");
    require(
        histogram.exponent() == Histogram.exponentOf(values.absMax()),
        "the histogram's exponent does not fit min and max");
    return histogram;
  }

  static void require(boolean condition, String problem) {
    if (!condition) throw new IllegalArgumentException(problem);
  }

  static long count(JsonNode node, String field) {
    long count = whole(node, field);
    require(count >= 0, field + " is below 0");
    return count;
  }

  static long whole(JsonNode node, String field) {
    JsonNode value = node.path(field);
    require(value.isIntegralNumber() && value.canConvertToLong(), field + " is no whole number");
    return value.longValue();
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    require(value.isString(), field + " is missing or no text");
    return value.stringValue();
  }

  private static float number(JsonNode node, String field) {
    String text = text(node, field);
    require(
        text.matches("-?0x[01](\\.[0-9a-f]{1,6})?p-?[0-9]{1,3}"),
        field + " is no hexadecimal float");
    float value = Float.parseFloat(text);
    require(Float.isFinite(value), field + " is not finite");
    return value + 0f;
  }

  private static ExactSum sum(JsonNode node, String field) {
    String text = text(node, field);
    require(text.matches("-?[0-9a-f]{1,100}"), field + " is no hexadecimal number");
    return new ExactSum(new BigInteger(text, 16));
  }
}
