package dev.halftone.toolkit.cache;

import static dev.halftone.toolkit.cache.StatisticsNode.require;

import dev.halftone.calibrate.observe.Channel;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.ExactSum;
import dev.halftone.calibrate.observe.Moments;
import dev.halftone.kernels.FiniteRange;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Channels as JSON: a list for each number that is known of them, null for the extremes of one that
 * had no element.
 */
final class ChannelsNode {
  private static final List<String> LISTS =
      List.of("counts", "mins", "maxs", "sums", "magnitudes", "squares");

  private ChannelsNode() {}

  static void fill(ObjectNode node, Channels channels) {
    ArrayNode counts = node.putArray("counts");
    ArrayNode mins = node.putArray("mins");
    ArrayNode maxs = node.putArray("maxs");
    ArrayNode sums = node.putArray("sums");
    ArrayNode magnitudes = node.putArray("magnitudes");
    ArrayNode squares = node.putArray("squares");
    for (Channel channel : channels.all()) {
      Moments moments = channel.moments();
      boolean empty = moments.count() == 0;
      counts.add(moments.count());
      mins.add(empty ? null : Float.toHexString(channel.min()));
      maxs.add(empty ? null : Float.toHexString(channel.max()));
      sums.add(moments.sum().toString());
      magnitudes.add(moments.magnitudes().toString());
      squares.add(moments.squares().toString());
    }
  }

  /**
   * The channels.
   *
   * @param values of all of them together
   * @throws IllegalArgumentException if they are none, or contradict the values
   */
  static Channels read(JsonNode node, FiniteRange values) {
    int length = node.path("counts").size();
    for (String list : LISTS)
      require(
          node.path(list).isArray() && node.path(list).size() == length,
          list + " are not as many as counts");
    List<Channel> channels = new ArrayList<>(length);
    FiniteRange all = FiniteRange.EMPTY;
    for (int c = 0; c < length; c++) {
      Channel channel = channel(node, c);
      channels.add(channel);
      long count = channel.moments().count();
      all = all.merge(new FiniteRange(channel.min(), channel.max(), count, 0, 0));
    }
    require(all.finite() == values.finite(), "channels do not hold all finite elements");
    require(
        all.min() == values.min() && all.max() == values.max(),
        "channels do not have the extremes min and max");
    return new Channels(channels);
  }

  private static Channel channel(JsonNode node, int c) {
    JsonNode count = node.path("counts").path(c);
    require(count.isIntegralNumber() && count.canConvertToLong(), "counts are no whole numbers");
    require(count.longValue() >= 0, "counts are below 0");
    JsonNode low = node.path("mins").path(c);
    JsonNode high = node.path("maxs").path(c);
    Moments moments =
        new Moments(
            count.longValue(),
            sum(node, "sums", c),
            sum(node, "magnitudes", c),
            sum(node, "squares", c));
    if (moments.count() == 0) {
      require(low.isNull() && high.isNull(), "a channel without elements has extremes");
      MomentsNode.checked(moments, 0);
      return Channel.EMPTY;
    }
    float min = StatisticsNode.number(StatisticsNode.text(low, "mins"), "mins");
    float max = StatisticsNode.number(StatisticsNode.text(high, "maxs"), "maxs");
    require(min <= max, "mins are above maxs");
    return new Channel(min, max, MomentsNode.checked(moments, Math.max(-min, max)));
  }

  private static ExactSum sum(JsonNode node, String list, int c) {
    return ExactSum.parse(StatisticsNode.text(node.path(list).path(c), list));
  }
}
