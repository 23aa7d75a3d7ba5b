package dev.halftone.runtime;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Samples for a model that takes only batches of a size above one. */
public final class FixedBatches {
  private FixedBatches() {}

  /**
   * Groups of as many rows as the model's inputs are fixed to, the last group filled up with its
   * last sample; the source itself where the model takes samples one by one.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if its inputs are fixed to batches of
   *     different sizes
   */
  public static SampleSource of(RunnableModel model, SampleSource source) {
    if (source.size() == 0 || !source.state().isEmpty() || !Grouping.takesFixedBatches(model))
      return source;
    if (!Batches.joinable(List.of(source.get(0)))) return source;
    int rows = Grouping.ofFixed(model).rows();
    int groups = Math.ceilDiv(source.size(), rows);
    return new SampleSource(groups, group -> join(source, group * rows, rows), Map.of(), Set.of());
  }

  private static Map<String, Tensor> join(SampleSource source, int from, int rows) {
    List<Map<String, Tensor>> samples = new ArrayList<>();
    for (int row = from; row < Math.min(from + rows, source.size()); row++)
      samples.add(source.get(row));
    samples.addAll(Collections.nCopies(rows - samples.size(), samples.getLast()));
    return Batches.join(samples);
  }
}
