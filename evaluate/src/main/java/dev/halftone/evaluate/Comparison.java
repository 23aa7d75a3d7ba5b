package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.metric.ErrorSum;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Answer;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleRunner;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How far a model is from its reference, value by value: which node is to blame. Both run as they
 * are written, without ONNX Runtime's optimizations, so that every value can be seen.
 *
 * @param layers in the order of the reference's nodes
 * @param samples that both were run on
 */
public record Comparison(List<Layer> layers, int samples) {
  public Comparison {
    layers = List.copyOf(layers);
  }

  /**
   * Compares all float values of the top graph that both models have. Values are watched in groups,
   * whose size bounds the memory.
   *
   * @param rows at most so many samples, from the first on
   * @param threads samples run at the same time; the numbers do not depend on it
   * @throws UnsupportedModelException if the models have no value in common, or ONNX Runtime
   *     refuses one
   */
  public static Comparison compare(
      Path reference, Path model, DataSet data, int rows, int threads, Progress progress) {
    Model first = OnnxReader.read(reference);
    Counterparts counterparts = Counterparts.of(first.graph(), OnnxReader.read(model));
    if (counterparts.names().isEmpty()) {
      throw new UnsupportedModelException(
          model, "has no float value that stands for one of " + reference);
    }
    int samples = Math.min(rows, data.size());
    SampleSource source =
        new SampleSource(samples, data.samples()::get, data.state(), data.starts());
    Pass pass = new Pass(first, counterparts, source, threads, progress);
    return new Comparison(layers(first.graph(), counterparts, pass.run()), samples);
  }

  private static List<Layer> layers(
      Graph graph, Counterparts counterparts, Map<String, ErrorSum> sums) {
    List<Layer> layers = new ArrayList<>();
    for (Node node : graph.nodes()) {
      double incoming =
          node.inputs().stream()
              .map(sums::get)
              .filter(Objects::nonNull)
              .mapToDouble(ErrorSum::noise)
              .max()
              .orElse(0);
      for (String value : node.outputs()) {
        ErrorSum sum = sums.get(value);
        String counterpart = counterparts.names().get(value);
        if (sum != null && counterpart != null)
          layers.add(layer(node, value, counterpart, sum, incoming));
      }
    }
    return layers;
  }

  private static Layer layer(
      Node node, String value, String counterpart, ErrorSum sum, double incoming) {
    return new Layer(
        value,
        node.name(),
        node.opType(),
        counterpart,
        sum.sqnrDb(),
        sum.cosine(),
        sum.largest(),
        Double.isInfinite(incoming) ? 0 : sum.noise() - incoming,
        sum.notFinite());
  }

  /** All values watched, group by group. */
  private record Pass(
      Model reference,
      Counterparts counterparts,
      SampleSource source,
      int threads,
      Progress progress) {
    Map<String, ErrorSum> run() {
      Map<String, ErrorSum> sums = new HashMap<>();
      List<List<String>> groups = TapGroups.of(reference, counterparts.names().keySet(), source);
      long total = (long) groups.size() * source.size();
      long[] done = {0};
      for (List<String> group : groups) {
        watch(
            group,
            row -> {
              row.forEach(
                  (name, sum) -> sums.computeIfAbsent(name, unseen -> new ErrorSum()).add(sum));
              progress.step("compare", ++done[0], total);
            });
      }
      return sums;
    }

    private void watch(List<String> group, Consumer<Map<String, ErrorSum>> rows) {
      Map<String, String> names = new LinkedHashMap<>();
      for (String name : group)
        names.put(name, Objects.requireNonNull(counterparts.names().get(name)));
      try (RunnableModel first =
              RunnableModel.open(reference, names.keySet(), RunOptions.asWritten());
          RunnableModel second =
              RunnableModel.open(
                  counterparts.model(),
                  new LinkedHashSet<>(names.values()),
                  RunOptions.asWritten())) {
        new SampleRunner(List.of(first, second), source, 1)
            .run(threads, answer -> errors(names, answer), rows);
      }
    }

    private static Map<String, ErrorSum> errors(Map<String, String> names, Answer answer) {
      Map<String, ErrorSum> errors = new LinkedHashMap<>();
      names.forEach(
          (name, counterpart) -> {
            Tensor expected = answer.outputs().get(0).get(name);
            Tensor found = answer.outputs().get(1).get(counterpart);
            if (expected == null || found == null || expected.count() != found.count()) return;
            if (!expected.dtype().isFloat() || !found.dtype().isFloat()) return;
            ErrorSum sum = new ErrorSum();
            sum.add(expected, found);
            errors.put(name, sum);
          });
      return errors;
    }
  }
}
