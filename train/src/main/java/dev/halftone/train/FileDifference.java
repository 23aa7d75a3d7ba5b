package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.operator.FakeQuantization;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.jspecify.annotations.Nullable;

/**
 * How far what a file computes in ONNX Runtime, without its rewriting of graphs, is from what was
 * trained. Sums are taken in another order there, so that a value half-way between two codes may be
 * rounded to the other one: a difference of one step, which what comes after it may enlarge. Hence
 * each rounding is compared with what training gives from the file's own rounded values before it.
 *
 * @param roundings greatest difference of a rounded value, in its own steps; 1 where a tie fell to
 *     the other side, and not more where the file is what was trained; 0 if nothing is rounded
 * @param at the value that has it; empty if nothing is rounded
 * @param outputs greatest difference of an output, all differences before it added up, in steps of
 *     the last rounded value before it; of an output without one, in 255ths of its largest
 *     magnitude
 * @param samples that were compared
 */
public record FileDifference(double roundings, String at, double outputs, int samples) {
  private static final int SAMPLES = 8;

  /** What rounding of floats adds to a step. */
  private static final double TOLERANCE = 1.01;

  /** Codes of 8 bits, less one. */
  private static final double CODES = 255;

  /** Whether no rounding differs by more than the next code. */
  public boolean isExplained() {
    return roundings <= TOLERANCE;
  }

  /**
   * Compares on some samples, spread over all.
   *
   * @param parameters what was trained, by name
   * @param file as it was written
   */
  public static FileDifference of(
      FakeQuantized fake, Map<String, Tensor> parameters, Model file, DataSet data) {
    Comparison comparison = new Comparison(fake.model().graph(), parameters);
    int samples = Math.min(SAMPLES, data.size());
    try (RunnableModel runnable =
            RunnableModel.open(file, comparison.taps(), RunOptions.asWritten());
        TorchGraph trained = TorchGraph.of(fake.model(), parameters.keySet())) {
      parameters.forEach(
          (name, value) ->
              TorchTensors.fill(
                  Objects.requireNonNull(trained.parameters().get(name), name), value));
      for (int i = 0; i < samples; i++) {
        Map<String, Tensor> sample = data.samples().get((int) ((long) i * data.size() / samples));
        comparison.add(trained, runnable, sample);
      }
    }
    return new FileDifference(comparison.roundings, comparison.at, comparison.outputs, samples);
  }

  private static final class Comparison {
    private final Graph graph;
    private final GraphIndex index;

    /** The step of each value that is rounded. */
    private final Map<String, Double> steps = new LinkedHashMap<>();

    private double roundings;
    private String at = "";
    private double outputs;

    Comparison(Graph graph, Map<String, Tensor> parameters) {
      this.graph = graph;
      this.index = new GraphIndex(graph);
      for (Node node : graph.nodes()) {
        Tensor scale = parameters.get(node.input(1));
        boolean weight = graph.initializers().containsKey(node.input(0));
        if (FakeQuantization.is(node) && !weight && scale != null)
          steps.put(node.output(0), (double) scale.floatAt(0));
      }
    }

    /** Values to see in the file that are no outputs of it. */
    List<String> taps() {
      return steps.keySet().stream().filter(name -> !index.isOutput(name)).toList();
    }

    void add(TorchGraph trained, RunnableModel file, Map<String, Tensor> sample) {
      Map<String, Tensor> found = file.run(sample);
      try (Libtorch.Computation now = Libtorch.computing();
          PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Map<String, org.bytedeco.pytorch.Tensor> fed = TorchTensors.of(sample);
        Map<String, org.bytedeco.pytorch.Tensor> given = new LinkedHashMap<>();
        for (String name : steps.keySet())
          given.put(name, TorchTensors.of(Objects.requireNonNull(found.get(name), name)));
        trained
            .run(fed, steps.keySet(), given)
            .forEach((name, value) -> rounding(name, value, found));
        trained.run(fed, names(), Map.of()).forEach((name, value) -> output(name, value, found));
      }
    }

    private List<String> names() {
      List<String> names = new ArrayList<>();
      for (ValueInfo output : graph.outputs()) names.add(output.name());
      return names;
    }

    private void rounding(
        String name, org.bytedeco.pytorch.Tensor trained, Map<String, Tensor> found) {
      double own = distance(trained, found.get(name)) / Objects.requireNonNull(steps.get(name));
      if (at.isEmpty() || own > roundings) {
        roundings = own;
        at = name;
      }
    }

    private void output(
        String name, org.bytedeco.pytorch.Tensor trained, Map<String, Tensor> found) {
      Tensor expected = Objects.requireNonNull(found.get(name), name);
      if (!expected.dtype().isFloat()) return;
      outputs = Math.max(outputs, distance(trained, expected) / step(name, expected));
    }

    private static double distance(org.bytedeco.pytorch.Tensor trained, @Nullable Tensor found) {
      float[] a = TorchTensors.copy(trained).toFloats();
      float[] b = Objects.requireNonNull(found).toFloats();
      double greatest = 0;
      if (a.length != b.length) return Double.POSITIVE_INFINITY;
      for (int i = 0; i < a.length; i++)
        greatest = Math.max(greatest, Math.abs((double) a[i] - b[i]));
      // NaN is never larger than anything.
      return Double.isNaN(greatest) ? Double.POSITIVE_INFINITY : greatest;
    }

    /** That of the rounded value that an output comes from. */
    private double step(String output, Tensor found) {
      String value = output;
      while (!steps.containsKey(value)) {
        Node producer = index.producer(value);
        if (producer == null || producer.inputs().isEmpty()) return magnitude(found) / CODES;
        value = producer.input(0);
      }
      return Objects.requireNonNull(steps.get(value));
    }

    private static double magnitude(Tensor found) {
      double greatest = Float.MIN_NORMAL;
      for (float value : found.toFloats()) greatest = Math.max(greatest, Math.abs(value));
      return greatest;
    }
  }
}
