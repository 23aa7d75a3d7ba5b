package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.runtime.Batches;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.function.OpenBatch;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/** Whether a model that was exported for one sample gives the same for two at a time. */
final class TriedBatch {
  /** Share of the greatest value: sums may be taken in another order. */
  private static final double TOLERANCE = 1e-4;

  private TriedBatch() {}

  /**
   * Tries it on the first sample and the last, whose outputs have to be the parts of those of both
   * along the first axis. Samples of several shapes never go together.
   */
  static boolean gives(Model model, DataSet data) {
    List<String> outputs = model.graph().outputs().stream().map(ValueInfo::name).toList();
    if (data.size() < 2) return false;
    List<Map<String, Tensor>> samples =
        List.of(data.samples().get(0), data.samples().get(data.size() - 1));
    if (!Batches.joinable(samples)) return false;
    try (TorchGraph graph = TorchGraph.of(OpenBatch.of(model), List.of())) {
      Map<String, Tensor> both = run(graph, Batches.join(samples), outputs);
      int part = 0;
      for (Map<String, Tensor> sample : samples) {
        Map<String, Tensor> alone = run(graph, sample, outputs);
        for (String output : outputs)
          if (!isPart(value(both, output), value(alone, output), part)) return false;
        part++;
      }
      return true;
    } catch (UnsupportedModelException e) {
      // An operator that does not take two.
      return false;
    }
  }

  private static Tensor value(Map<String, Tensor> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private static Map<String, Tensor> run(
      TorchGraph graph, Map<String, Tensor> inputs, List<String> outputs) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      graph
          .run(TorchTensors.of(inputs), outputs)
          .forEach((name, value) -> values.put(name, TorchTensors.copy(value)));
      return values;
    }
  }

  private static boolean isPart(Tensor both, Tensor alone, int part) {
    if (both.rank() == 0 || both.rank() != alone.rank()) return false;
    if (both.dimension(0) != 2 * alone.dimension(0) || both.count() != 2 * alone.count())
      return false;
    float[] all = both.toFloats();
    float[] own = alone.toFloats();
    double greatest = 0;
    for (float value : own) greatest = Math.max(greatest, Math.abs(value));
    for (int i = 0; i < own.length; i++) {
      double distance = Math.abs(all[part * own.length + i] - own[i]);
      if (!(distance <= TOLERANCE * greatest)) return false;
    }
    return true;
  }
}
