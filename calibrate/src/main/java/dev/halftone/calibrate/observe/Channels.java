package dev.halftone.calibrate.observe;

import java.util.ArrayList;
import java.util.List;

/**
 * What was seen at each index along an axis: for smoothing, and for how much the error of a weight
 * matters. Where samples differ in their number of indices, the shorter ones had nothing at the
 * rest.
 */
public record Channels(List<Channel> all) {
  /** Of no samples; the neutral element of {@link #merge}. */
  public static final Channels EMPTY = new Channels(List.of());

  public Channels {
    all = List.copyOf(all);
  }

  /** Of the samples of both. Commutative and associative, bit for bit. */
  public Channels merge(Channels other) {
    int length = Math.max(all.size(), other.all.size());
    List<Channel> merged = new ArrayList<>(length);
    for (int i = 0; i < length; i++) merged.add(at(i).merge(other.at(i)));
    return new Channels(merged);
  }

  private Channel at(int index) {
    return index < all.size() ? all.get(index) : Channel.EMPTY;
  }

  /** Mean square of the elements at each index; 0 where there were none. */
  public double[] secondMoments() {
    return all.stream().mapToDouble(channel -> channel.moments().secondMoment()).toArray();
  }
}
