package dev.halftone.prune.channels;

import dev.halftone.prune.PruneRequest;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Which channels of each group stay: the indices in rising order, by root of the group. */
final class KeptChannels {
  private final ChannelGroups groups;
  private final Map<Integer, int[]> kept = new TreeMap<>();

  private KeptChannels(ChannelGroups groups) {
    this.groups = groups;
  }

  /**
   * Takes as many of each group that is not frozen as was asked for: those whose scores, summed
   * over all producers of the group, are least; of equal ones those with lower indices.
   */
  static KeptChannels choose(ChannelFlow flow, PruneRequest.Channels request) {
    KeptChannels kept = new KeptChannels(flow.groups());
    Map<Integer, double[]> scores = new TreeMap<>();
    for (Producer producer : flow.producers()) {
      if (!flow.groups().reason(producer.group()).isEmpty()) continue;
      double[] own = ChannelScores.of(producer, request.norm(), flow.index());
      scores.merge(flow.groups().root(producer.group()), own, KeptChannels::sum);
    }
    scores.forEach((root, sums) -> kept.kept.put(root, best(sums, request.kept(sums.length))));
    return kept;
  }

  private static double[] sum(double[] one, double[] other) {
    double[] sum = one.clone();
    for (int c = 0; c < sum.length; c++) sum[c] += other[c];
    return sum;
  }

  private static int[] best(double[] scores, int kept) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> scores[c]).thenComparing(c -> c))
        .skip(scores.length - kept)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  /** How many channels of a group go. */
  int removed(int group) {
    int[] stay = kept.get(groups.root(group));
    return stay == null ? 0 : groups.channels(group) - stay.length;
  }

  /** Whether a layout loses channels. */
  boolean cuts(ChannelLayout layout) {
    return layout.segments().stream().anyMatch(segment -> removed(segment.group()) > 0);
  }

  /** Elements of a layout that stay. */
  int length(ChannelLayout layout) {
    return layout.segments().stream()
        .mapToInt(segment -> (segment.channels() - removed(segment.group())) * segment.repeat())
        .sum();
  }

  /** The indices that stay along an axis that has {@code scale} elements for each of the layout. */
  int[] indices(ChannelLayout layout, int scale) {
    IntStream.Builder indices = IntStream.builder();
    int start = 0;
    for (ChannelLayout.Segment segment : layout.segments()) {
      int run = Math.multiplyExact(segment.repeat(), scale);
      for (int channel : channels(segment))
        for (int i = 0; i < run; i++) indices.add(start + channel * run + i);
      start += segment.channels() * run;
    }
    return indices.build().toArray();
  }

  private int[] channels(ChannelLayout.Segment segment) {
    int[] stay = kept.get(groups.root(segment.group()));
    return stay == null ? IntStream.range(0, segment.channels()).toArray() : stay;
  }
}
