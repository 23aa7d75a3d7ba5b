package dev.halftone.toolkit.cache;

import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.ExactSum;
import dev.halftone.calibrate.observe.Histogram;
import dev.halftone.calibrate.observe.Moments;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.kernels.FiniteRange;
import java.util.Map;
import java.util.TreeMap;
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
      node.put("lows", statistics.lows().toString());
      node.put("highs", statistics.highs().toString());
    }
    Request request = statistics.request();
    if (request.histogram())
      HistogramNode.fill(node.putObject("histogram"), statistics.histogram());
    if (request.moments()) MomentsNode.fill(node.putObject("moments"), statistics.moments());
    if (!request.channelAxes().isEmpty()) {
      ObjectNode axes = node.putObject("channels");
      for (int axis : request.channelAxes())
        ChannelsNode.fill(axes.putObject(Integer.toString(axis)), statistics.channels(axis));
    }
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
    require(empty || lows.mean(samples) <= highs.mean(samples), "lows are above highs");
    return new Statistics(
        samples,
        values,
        lows,
        highs,
        histogram(node, values),
        moments(node, values),
        channels(node, values));
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

  private static @Nullable Moments moments(JsonNode node, FiniteRange values) {
    if (!node.has("moments")) return null;
    Moments moments = MomentsNode.read(node.path("moments"), values.absMax());
    require(moments.count() == values.finite(), "moments are not of all finite elements");
    return moments;
  }

  private static Map<Integer, Channels> channels(JsonNode node, FiniteRange values) {
    Map<Integer, Channels> channels = new TreeMap<>();
    if (!node.has("channels")) return channels;
    require(node.path("channels").isObject(), "channels are no object");
    for (Map.Entry<String, JsonNode> axis : node.path("channels").properties()) {
      require(axis.getKey().matches("0|-?[1-9][0-9]{0,2}"), "a key of channels is no axis");
      channels.put(Integer.valueOf(axis.getKey()), ChannelsNode.read(axis.getValue(), values));
    }
    return channels;
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

  static String text(JsonNode value, String what) {
    require(value.isString(), what + " is missing or no text");
    return value.stringValue();
  }

  private static float number(JsonNode node, String field) {
    return number(text(node.path(field), field), field);
  }

  static float number(String text, String what) {
    require(
        text.matches("-?0x[01](\\.[0-9a-f]{1,6})?p-?[0-9]{1,3}"),
        what + " is no hexadecimal float");
    float value = Float.parseFloat(text);
    require(Float.isFinite(value), what + " is not finite");
    return value + 0f;
  }

  static ExactSum sum(JsonNode node, String field) {
    return ExactSum.parse(text(node.path(field), field));
  }
}
