package dev.halftone.toolkit.cache;

import static dev.halftone.toolkit.cache.StatisticsNode.require;

import dev.halftone.calibrate.observe.ExactSum;
import dev.halftone.calibrate.observe.Moments;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Moments as JSON. */
final class MomentsNode {
  /** Sums over a sample are rounded to double; what is above a bound by that may be so. */
  private static final double ROUNDING = 1 + 1e-6;

  private MomentsNode() {}

  static void fill(ObjectNode node, Moments moments) {
    node.put("count", moments.count());
    node.put("sum", moments.sum().toString());
    node.put("magnitudes", moments.magnitudes().toString());
    node.put("squares", moments.squares().toString());
  }

  /**
   * The moments.
   *
   * @param absMax largest magnitude of an element
   * @throws IllegalArgumentException if they are none
   */
  static Moments read(JsonNode node, float absMax) {
    return checked(
        new Moments(
            StatisticsNode.count(node, "count"),
            StatisticsNode.sum(node, "sum"),
            StatisticsNode.sum(node, "magnitudes"),
            StatisticsNode.sum(node, "squares")),
        absMax);
  }

  /** The same, if elements of at most that magnitude can have them. */
  static Moments checked(Moments moments, double absMax) {
    if (moments.count() == 0) {
      require(moments.equals(Moments.EMPTY), "sums of no elements are not 0");
      return moments;
    }
    ExactSum negative = new ExactSum(moments.sum().units().negate(), moments.sum().exponent());
    require(
        !isNegative(moments.magnitudes().plus(moments.sum()))
            && !isNegative(moments.magnitudes().plus(negative)),
        "sum is beyond magnitudes");
    require(moments.meanMagnitude() <= absMax * ROUNDING, "magnitudes are beyond the extremes");
    require(!isNegative(moments.squares()), "squares are below 0");
    require(
        moments.secondMoment() <= absMax * absMax * ROUNDING, "squares are beyond the extremes");
    return moments;
  }

  private static boolean isNegative(ExactSum sum) {
    return sum.units().signum() < 0;
  }
}
