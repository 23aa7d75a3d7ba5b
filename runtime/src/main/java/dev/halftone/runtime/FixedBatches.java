package dev.halftone.runtime;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
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
   * @param inputs that the model takes
   * @throws UnsupportedModelException if they are fixed to batches of different sizes
   */
  public static SampleSource of(List<ValueInfo> inputs, SampleSource source) {
    boolean one =
        source.size() == 0 || !source.state().isEmpty() || !Grouping.takesFixedBatches(inputs);
    if (one || !Batches.joinable(List.of(source.get(0)))) return source;
    List<Integer> sizes =
        inputs.stream()
            .map(input -> Math.toIntExact(Grouping.fixedRows(input)))
            .distinct()
            .toList();
    if (sizes.size() > 1)
      throw new UnsupportedModelException(
          "model", "its inputs are for batches of different sizes " + sizes);
    int rows = sizes.getFirst();
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
