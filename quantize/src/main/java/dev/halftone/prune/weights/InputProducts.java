package dev.halftone.prune.weights;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.runtime.FixedBatches;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sums of {@code x x^T} over the vectors that a weight is multiplied with, on samples: one matrix
 * for each group of its rows, of which the part right of the diagonal is filled. Samples are run
 * one after the other.
 */
final class InputProducts {
  private final List<InputPatches> readers;
  private final int columns;
  private final double[][] sums;

  private InputProducts(List<InputPatches> readers, WeightLayout layout) {
    this.readers = readers;
    this.columns = layout.columns();
    this.sums = new double[readers.getFirst().groups()][columns * columns];
  }

  /** Those that read a weight; empty where one of them is none whose inputs can be seen. */
  static List<InputPatches> readers(PrunableWeight weight, WeightLayout layout) {
    List<InputPatches> readers = new ArrayList<>();
    for (Reader reader : weight.use().readers()) {
      InputPatches patches =
          reader.node() == null || !reader.scope().isTop()
              ? null
              : InputPatches.of(reader.node(), weight.value(), layout);
      if (patches == null) return List.of();
      readers.add(patches);
    }
    return readers;
  }

  /**
   * Runs as much of the model as the weight's inputs need.
   *
   * @throws UnsupportedModelException if samples carry state
   */
  static double[][] of(
      Model model, List<InputPatches> readers, WeightLayout layout, DataSet samples) {
    if (!samples.state().isEmpty())
      throw new UnsupportedModelException(
          "data", "samples that carry state cannot be pruned on by sparsegpt");
    InputProducts products = new InputProducts(readers, layout);
    SampleSource rows =
        FixedBatches.of(
            model.graph().requiredInputs(),
            SampleSource.of(samples.size(), samples.samples()::get));
    List<String> inputs = model.graph().requiredInputs().stream().map(ValueInfo::name).toList();
    List<String> values =
        readers.stream()
            .map(InputPatches::value)
            .distinct()
            .filter(value -> !inputs.contains(value))
            .toList();
    if (values.isEmpty()) {
      for (int row = 0; row < rows.size(); row++) products.add(rows.sample().apply(row), Map.of());
      return products.sums;
    }
    try (RunnableModel part =
        RunnableModel.open(cut(model, values), List.of(), RunOptions.asWritten())) {
      for (int row = 0; row < rows.size(); row++) {
        Map<String, Tensor> sample = part.fit(rows.sample().apply(row));
        products.add(sample, part.run(sample, values));
      }
    }
    return products.sums;
  }

  private static Model cut(Model model, List<String> values) {
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setOutputs(values.stream().map(value -> new ValueInfo(value, null)).toList());
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  private void add(Map<String, Tensor> sample, Map<String, Tensor> outputs) {
    for (InputPatches reader : readers) {
      Tensor seen = outputs.get(reader.value());
      Tensor activation = seen == null ? sample.get(reader.value()) : seen;
      for (int group = 0; group < sums.length; group++) {
        double[] sum = sums[group];
        reader.each(
            Objects.requireNonNull(activation, reader.value()), group, patch -> add(sum, patch));
      }
    }
  }

  private void add(double[] sum, double[] patch) {
    for (int i = 0; i < columns; i++) {
      double factor = patch[i];
      // Half of what comes out of a Relu.
      if (factor == 0) continue;
      int row = i * columns;
      for (int j = i; j < columns; j++) sum[row + j] += factor * patch[j];
    }
  }

  /** Whether something was seen, and nothing but numbers. */
  static boolean tell(double[][] sums, int columns) {
    double traces = 0;
    for (double[] sum : sums) for (int i = 0; i < columns; i++) traces += sum[i * columns + i];
    return traces > 0 && traces < Double.POSITIVE_INFINITY;
  }
}
