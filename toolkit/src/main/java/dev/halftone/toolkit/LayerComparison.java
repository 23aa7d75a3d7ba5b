package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.metric.ErrorSum;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.Answer;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleRunner;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How far a model is from its reference, value by value: which node is to blame. Values are matched by name; both models run as they
 * are written, without ONNX Runtime's optimizations, so that every value can be seen.
 */
public final class LayerComparison {
  /** Values watched in one pass: bounds the memory that their tensors take. */
  private static final int GROUP = 96;

  private final OpenModel reference;
  private final OpenModel model;
  private final Map<String, ErrorSum> sums = new HashMap<>();

  private LayerComparison(OpenModel reference, OpenModel model) {
    this.reference = reference;
    this.model = model;
  }

  /**
   * One value of both models.
   *
   * @param node that gives the value in the reference
   * @param sqnrDb 10 · log10(Σx² / Σ(x − y)²) over all samples, between -200 and 200; 200 when both are the same
   * @param addedNoise Σ(x − y)² / Σx², taken from sqnrDb, minus the largest of the node's inputs: the error that came in here
   */
  public record Layer(String node, String opType, String value, double sqnrDb, double addedNoise) {}

  /**
   * Compares all float values that both models have, in the order of the reference's nodes.
   *
   * @param threads samples run at the same time; the numbers do not depend on it
   * @throws UnsupportedModelException if the models have no value in common, or differ in their inputs
   */
  public static List<Layer> of(OpenModel reference, OpenModel model, DataSet data, int threads, Progress progress) {
    requireSameInputs(reference, model);
    LayerComparison comparison = new LayerComparison(reference, model);
    List<String> names = comparison.commonValues();
    long total = (long) data.size() * Math.ceilDiv(names.size(), GROUP);
    for (int from = 0; from < names.size(); from += GROUP) {
      List<String> group = names.subList(from, Math.min(from + GROUP, names.size()));
      long before = (long) data.size() * (from / GROUP);
      comparison.watch(group, data, threads, row -> progress.step("compare", before + row + 1, total));
    }
    List<Layer> layers = comparison.layers();
    if (layers.isEmpty()) {
      throw new UnsupportedModelException(model.file().path(), "has no float value of a name that %s has too".formatted(reference.file().path()));
    }
    return layers;
  }

  private static void requireSameInputs(OpenModel reference, OpenModel model) {
    List<String> wanted = reference.inputs().stream().map(ValueInfo::name).sorted().toList();
    List<String> found = model.inputs().stream().map(ValueInfo::name).sorted().toList();
    if (!wanted.equals(found)) {
      throw new UnsupportedModelException(
          model.file().path(), "inputs %s, but %s has %s".formatted(found, reference.file().path(), wanted));
    }
  }

  private List<String> commonValues() {
    Set<String> common = new LinkedHashSet<>(produced(reference.model().graph()));
    common.retainAll(produced(model.model().graph()));
    return new ArrayList<>(common);
  }

  private static Set<String> produced(Graph graph) {
    Set<String> produced = new LinkedHashSet<>();
    for (Node node : graph.nodes()) if (!node.is("Constant")) produced.addAll(node.outputs());
    produced.remove("");
    return produced;
  }

  private interface RowListener {
    void done(int row);
  }

  private void watch(List<String> group, DataSet data, int threads, RowListener listener) {
    SampleSource source = new SampleSource(data.size(), data.samples()::get, data.state(), data.starts());
    try (RunnableModel first = RunnableModel.open(reference.model(), group, RunOptions.asWritten());
        RunnableModel second = RunnableModel.open(model.model(), group, RunOptions.asWritten())) {
      new SampleRunner(List.of(first, second), source)
          .run(
              threads,
              answer -> {
                add(group, answer);
                listener.done(answer.row());
              });
    }
  }

  private void add(List<String> group, Answer answer) {
    for (String name : group) {
      Tensor expected = answer.outputs().get(0).get(name);
      Tensor found = answer.outputs().get(1).get(name);
      if (expected == null || found == null) continue;
      if (!expected.dtype().isFloat() || !found.dtype().isFloat() || expected.count() != found.count()) continue;
      sums.computeIfAbsent(name, _ -> new ErrorSum()).add(expected, found);
    }
  }

  private List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (Node node : reference.model().graph().nodes()) {
      double incoming = node.inputs().stream().map(sums::get).filter(Objects::nonNull).mapToDouble(LayerComparison::noise).max().orElse(0);
      for (String value : node.outputs()) {
        ErrorSum sum = sums.get(value);
        if (sum != null) layers.add(new Layer(node.name(), node.opType(), value, sum.sqnrDb(), noise(sum) - incoming));
      }
    }
    return layers;
  }

  /** Error over signal: 10^(-sqnr / 10), 0 when there is no error that can be seen. */
  private static double noise(ErrorSum sum) {
    return sum.sqnrDb() >= ErrorSum.MOST_DB ? 0 : Math.pow(10, -sum.sqnrDb() / 10);
  }

  /** Those that add most noise first. */
  public static List<Layer> worstFirst(List<Layer> layers) {
    return layers.stream().sorted(Comparator.comparingDouble(Layer::addedNoise).reversed()).toList();
  }
}
