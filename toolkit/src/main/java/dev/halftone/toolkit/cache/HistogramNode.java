package dev.halftone.toolkit.cache;

import static dev.halftone.toolkit.cache.StatisticsNode.require;

import dev.halftone.calibrate.observe.Histogram;
import dev.halftone.kernels.Kernels;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A histogram as JSON: counts in order from the first bin, -n standing for n empty bins. */
final class HistogramNode {
  private HistogramNode() {}

  static void fill(ObjectNode node, Histogram histogram) {
    node.put("exponent", histogram.exponent()).put("first", histogram.first());
    node.put("zeros", histogram.count(0) - histogram.countWithoutZeros(0));
    ArrayNode counts = node.putArray("counts");
    long empty = 0;
    for (int bin = histogram.first(); bin < histogram.end(); bin++) {
      long count = histogram.count(bin);
      if (count == 0) {
        empty++;
        continue;
      }
      if (empty > 0) counts.add(-empty);
      counts.add(count);
      empty = 0;
    }
  }

  /**
   * The histogram.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Histogram read(JsonNode node) {
    long exponent = StatisticsNode.whole(node, "exponent");
    require(
        exponent >= Kernels.MIN_HISTOGRAM_EXPONENT && exponent <= Float.MAX_EXPONENT + 1,
        "exponent is out of range");
    long first = StatisticsNode.whole(node, "first");
    long zeros = StatisticsNode.count(node, "zeros");
    require(Math.abs(first) <= Kernels.BINS_PER_SIGN, "first is out of range");
    long[] counts = new long[2 * Kernels.BINS_PER_SIGN];
    fill(node.path("counts"), counts, (int) first + Kernels.BINS_PER_SIGN);
    require(zeros <= counts[Kernels.BINS_PER_SIGN], "zeros are more than bin 0 holds");
    return Histogram.of((int) exponent, -Kernels.BINS_PER_SIGN, counts, zeros);
  }

  private static void fill(JsonNode node, long[] counts, int from) {
    require(node.isArray(), "counts are missing or no list");
    long slot = from;
    long total = 0;
    for (JsonNode count : node) {
      require(count.isIntegralNumber() && count.canConvertToLong(), "counts are no whole numbers");
      long value = count.longValue();
      if (value >= 0) {
        require(slot < counts.length, "counts go beyond the last bin");
        counts[(int) slot++] = value;
        total = Math.addExact(total, value);
      } else {
        require(value >= -counts.length, "counts go beyond the last bin");
        slot -= value;
      }
    }
  }
}
