package dev.halftone.prune.weights;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.quantize.weights.InputChannels;
import dev.halftone.runtime.Progress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How large the inputs of weights are on samples: {@code sqrt(E[x^2])} of each input channel. For a
 * convolution the kernel positions of a channel share it (they see the same elements but for the
 * border).
 */
final class InputNorms {
  private final Map<String, Statistics> observed;
  private final Set<String> observable;

  private InputNorms(Map<String, Statistics> observed, Set<String> observable) {
    this.observed = observed;
    this.observable = observable;
  }

  /** Runs the model on the samples and looks at what the weights are multiplied with. */
  static InputNorms of(
      Model model,
      List<PrunableWeight> weights,
      DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    Set<String> observable = observable(model.graph());
    Map<String, Request> requests = new LinkedHashMap<>();
    for (PrunableWeight weight : weights)
      for (InputChannels input : inputs(weight, observable))
        requests.merge(input.value(), input.request(), Request::plus);
    Map<String, Statistics> observed =
        requests.isEmpty()
            ? Map.of()
            : source.statistics(model, requests, samples, threads, progress);
    return new InputNorms(observed, observable);
  }

  /** What the calibrator can see: inputs of the model and what nodes of its own graph give. */
  private static Set<String> observable(Graph graph) {
    Set<String> values = new HashSet<>();
    for (ValueInfo input : graph.requiredInputs()) values.add(input.name());
    for (Node node : graph.nodes()) values.addAll(node.outputs());
    values.remove("");
    return values;
  }

  private static List<InputChannels> inputs(PrunableWeight weight, Set<String> observable) {
    List<InputChannels> inputs = new ArrayList<>();
    for (Reader reader : weight.use().readers()) {
      if (reader.node() == null || !reader.scope().isTop()) continue;
      InputChannels input = InputChannels.of(reader.node(), reader.input(), weight.value());
      if (input != null && observable.contains(input.value())) inputs.add(input);
    }
    return inputs;
  }

  /**
   * By channel, over all readers of the weight; null where no input was seen that fits, or nothing
   * but zeros was.
   */
  double @Nullable [] of(PrunableWeight weight, WeightLayout layout) {
    Channels channels = Channels.EMPTY;
    for (InputChannels input : inputs(weight, observable)) {
      Statistics seen = observed.get(input.value());
      if (seen != null) channels = channels.merge(seen.channels(input.axis()));
    }
    double[] norms = channels.secondMoments();
    if (norms.length != layout.channels()) return null;
    double largest = 0;
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Math.sqrt(norms[i]);
      largest = Math.max(largest, norms[i]);
    }
    return largest == 0 ? null : norms;
  }
}
