package dev.halftone.runtime;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How many samples of a batch of one a model is given at once.
 *
 * @param rows 1 for one by one
 * @param fixed whether the model takes exactly so many: then a short last group is filled up with
 *     its last sample
 */
record Grouping(RunnableModel model, int rows, boolean fixed) {
  /** More makes networks no faster on a CPU. */
  static final int MOST_ROWS = 16;

  private static final long MOST_BYTES = 8L << 20;

  /**
   * Largest difference, relative to the largest magnitude of the output, that another order of
   * summation explains.
   */
  private static final double ROUNDING = 1e-4;

  /**
   * Chooses for models that are compared with each other: where one of them takes free batches only
   * one by one, so do all, since a batch must not change one side of a comparison.
   */
  static List<Grouping> of(List<RunnableModel> models, SampleSource source, int mostRows) {
    List<Grouping> own = models.stream().map(model -> of(model, source, mostRows)).toList();
    int rows = own.stream().filter(each -> !each.fixed).mapToInt(Grouping::rows).min().orElse(1);
    return own.stream()
        .map(each -> each.fixed ? each : new Grouping(each.model, rows, false))
        .toList();
  }

  /**
   * Chooses by the model's inputs and the first samples. A batch is used only where the axis 0 of
   * all inputs is free and where it does not change what the model says: not for one whose axis 0
   * is time, nor for one that computes a scale over the whole batch.
   */
  static Grouping of(RunnableModel model, SampleSource source, int mostRows) {
    Grouping oneByOne = new Grouping(model, 1, false);
    if (source.size() == 0 || !source.state().isEmpty()) return oneByOne;
    Map<String, Tensor> first = model.fit(source.get(0));
    if (!Batches.joinable(List.of(first))) return oneByOne;
    if (takesFixedBatches(model.inputs())) return ofFixed(model);
    if (!model.inputs().stream().allMatch(input -> fixedRows(input) == 0)) return oneByOne;
    int rows =
        (int) Math.min(Math.min(source.size(), mostRows), MOST_BYTES / Math.max(1, bytes(first)));
    if (rows < 2) return oneByOne;
    List<Map<String, Tensor>> samples = new ArrayList<>();
    for (int row = 0; row < rows; row++) samples.add(model.fit(source.get(row)));
    return Batches.joinable(samples) && independent(model, samples)
        ? new Grouping(model, rows, false)
        : oneByOne;
  }

  /** Whether all inputs are fixed to batches of more than one sample. */
  static boolean takesFixedBatches(List<ValueInfo> inputs) {
    return inputs.stream().allMatch(input -> fixedRows(input) > 1);
  }

  private static Grouping ofFixed(RunnableModel model) {
    long[] rows = model.inputs().stream().mapToLong(Grouping::fixedRows).distinct().toArray();
    if (rows.length > 1) throw model.refusal("its inputs are for batches of different sizes");
    return new Grouping(model, Math.toIntExact(rows[0]), true);
  }

  /** Size of axis 0: 0 when it is free, -1 when there is none or it is unknown. */
  static long fixedRows(ValueInfo input) {
    TensorType type = input.type();
    List<Dimension> shape = type == null ? null : type.shape();
    if (shape == null || shape.isEmpty()) return -1;
    return shape.getFirst() instanceof Dimension.Fixed(long size) ? size : 0;
  }

  private static long bytes(Map<String, Tensor> sample) {
    return sample.values().stream().mapToLong(Tensor::byteSize).sum();
  }

  /** Whether every sample of the batch is answered as it is alone. */
  private static boolean independent(RunnableModel model, List<Map<String, Tensor>> samples) {
    Map<String, Tensor> together;
    try {
      together = model.run(Batches.join(samples));
    } catch (UnsupportedModelException e) {
      return false; // A batch of one is inside the graph, for instance in a Reshape.
    }
    return Batches.splittable(together, samples.size())
        && IntStream.range(0, samples.size())
            .allMatch(row -> alike(model.run(samples.get(row)), Batches.row(together, row)));
  }

  private static boolean alike(Map<String, Tensor> alone, Map<String, Tensor> row) {
    return alone.keySet().stream()
        .allMatch(name -> alike(Objects.requireNonNull(alone.get(name)), row.get(name)));
  }

  private static boolean alike(Tensor alone, @Nullable Tensor row) {
    if (row == null || !Arrays.equals(alone.shape(), row.shape())) return false;
    if (!alone.dtype().isFloat()) return alone.sameAs(row);
    float[] a = alone.toFloats();
    float[] b = row.toFloats();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      if (Float.compare(a[i], b[i]) == 0) continue;
      largest = Math.max(largest, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
    }
    return difference <= ROUNDING * largest;
  }

  /** Runs the samples in groups; outputs are those of each sample, in order. */
  List<Map<String, Tensor>> run(List<Map<String, Tensor>> unfitted) {
    List<Map<String, Tensor>> samples = unfitted.stream().map(model::fit).toList();
    List<Map<String, Tensor>> outputs = new ArrayList<>(samples.size());
    for (int from = 0; from < samples.size(); from += rows) {
      runGroup(samples.subList(from, Math.min(from + rows, samples.size())), outputs);
    }
    return outputs;
  }

  private void runGroup(List<Map<String, Tensor>> group, List<Map<String, Tensor>> outputs) {
    if (rows == 1 || !fixed && (group.size() == 1 || !Batches.joinable(group))) {
      for (Map<String, Tensor> sample : group) outputs.add(model.run(sample));
      return;
    }
    List<Map<String, Tensor>> full = new ArrayList<>(group);
    if (fixed) full.addAll(Collections.nCopies(rows - group.size(), group.getLast()));
    Map<String, Tensor> together = model.run(Batches.join(full));
    if (!Batches.splittable(together, full.size())) {
      throw model.refusal(
          "its outputs %s are not one row for each of %d samples".formatted(together, full.size()));
    }
    for (int row = 0; row < group.size(); row++) outputs.add(Batches.row(together, row));
  }
}
