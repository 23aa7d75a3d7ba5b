package dev.halftone.prune.channels;

import java.util.ArrayList;
import java.util.List;

/**
 * Which channels lie along axis 1 of a value.
 *
 * @param rank of the value
 * @param flattened whether the axes behind were merged into axis 1, so that each channel has
 *     several neighbouring elements; how many, the reader's weight tells
 */
record ChannelLayout(List<Segment> segments, int rank, boolean flattened) {
  /**
   * All channels of a group, in their order.
   *
   * @param repeat neighbours that stand for one channel
   */
  record Segment(int group, int channels, int repeat) {
    int length() {
      return channels * repeat;
    }
  }

  ChannelLayout {
    segments = List.copyOf(segments);
  }

  static ChannelLayout of(int group, int channels, int rank) {
    return new ChannelLayout(List.of(new Segment(group, channels, 1)), rank, false);
  }

  /** Elements along axis 1, of a value that is not flattened. */
  int length() {
    return segments.stream().mapToInt(Segment::length).sum();
  }

  ChannelLayout flatten() {
    return new ChannelLayout(segments, 2, flattened || rank > 2);
  }

  ChannelLayout withRank(int newRank) {
    return new ChannelLayout(segments, newRank, flattened);
  }

  /** Each element {@code times} times, one after the other. */
  ChannelLayout repeated(int times) {
    List<Segment> repeated = new ArrayList<>();
    for (Segment segment : segments)
      repeated.add(new Segment(segment.group(), segment.channels(), segment.repeat() * times));
    return new ChannelLayout(repeated, rank, flattened);
  }

  /** Whether both have segments of the same sizes in the same order. */
  boolean isLike(ChannelLayout other) {
    if (rank != other.rank || flattened != other.flattened) return false;
    if (segments.size() != other.segments.size()) return false;
    for (int i = 0; i < segments.size(); i++) {
      Segment own = segments.get(i);
      Segment its = other.segments.get(i);
      if (own.channels() != its.channels() || own.repeat() != its.repeat()) return false;
    }
    return true;
  }
}
