package dev.halftone.calibrate.observe;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What has to be known of a tensor, beside the extremes and counts of all samples and of each.
 *
 * @param histogram whether its elements are counted by size
 * @param moments whether they are summed, see {@link Moments}
 * @param channelAxes the axes along which extremes and moments are taken of each index on its own;
 *     negative ones count from the last axis
 */
public record Request(boolean histogram, boolean moments, SortedSet<Integer> channelAxes) {
  /** Nothing besides. */
  public static final Request RANGE = new Request(false, false, Collections.emptySortedSet());

  /** A histogram. */
  public static final Request HISTOGRAM = new Request(true, false, Collections.emptySortedSet());

  /** Mean and second moment of all elements. */
  public static final Request MOMENTS = new Request(false, true, Collections.emptySortedSet());

  public Request {
    channelAxes = Collections.unmodifiableSortedSet(new TreeSet<>(channelAxes));
  }

  /** Extremes and moments of each index along an axis. */
  public static Request channels(int axis) {
    return new Request(false, false, new TreeSet<>(Collections.singleton(axis)));
  }

  /** What either asks for. */
  public Request plus(Request other) {
    TreeSet<Integer> axes = new TreeSet<>(channelAxes);
    axes.addAll(other.channelAxes);
    return new Request(histogram || other.histogram, moments || other.moments, axes);
  }

  /** Whether statistics for this request have all that the other one asks for. */
  public boolean covers(Request other) {
    return plus(other).equals(this);
  }
}
