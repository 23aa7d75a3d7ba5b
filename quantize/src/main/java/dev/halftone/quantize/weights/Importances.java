package dev.halftone.quantize.weights;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.codes.Importance;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import dev.halftone.scheme.ScaleSearch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** How much errors of each weight count, from what its inputs were on samples. */
final class Importances {
  /** Names in a warning. */
  private static final int NAMED = 3;

  private final Map<WeightUse, Importance> known = new IdentityHashMap<>();
  private final List<String> unknown = new ArrayList<>();

  private Importances() {}

  /**
   * Runs the model for the weights whose recipe asks for it; not at all where none does.
   *
   * @param uses weights that are to be quantized
   */
  static Importances of(
      Model model,
      List<WeightUse> uses,
      Recipe recipe,
      DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    Importances importances = new Importances();
    Set<String> values = observable(model.graph());
    Map<WeightUse, List<InputChannels>> inputs = new IdentityHashMap<>();
    Map<String, Request> requests = new LinkedHashMap<>();
    List<WeightUse> weighed =
        uses.stream()
            .filter(use -> use.recipe(recipe).search() instanceof ScaleSearch.WeightedError)
            .toList();
    for (WeightUse use : weighed) {
      List<InputChannels> own = inputs(use, values);
      inputs.put(use, own);
      for (InputChannels input : own) requests.merge(input.value(), input.request(), Request::plus);
    }
    Map<String, Statistics> observed =
        requests.isEmpty()
            ? Map.of()
            : source.statistics(model, requests, samples, threads, progress);
    for (WeightUse use : weighed)
      importances.add(use, Objects.requireNonNull(inputs.get(use)), observed);
    return importances;
  }

  /** Of nothing: all errors count the same. */
  static Importances none() {
    return new Importances();
  }

  /** What the calibrator can see: inputs of the model and what nodes of its own graph give. */
  private static Set<String> observable(Graph graph) {
    Set<String> values = new HashSet<>();
    for (ValueInfo input : graph.requiredInputs()) values.add(input.name());
    for (Node node : graph.nodes()) values.addAll(node.outputs());
    values.remove("");
    return values;
  }

  /** What the readers multiply the weight with; none where they do it in different ways. */
  private static List<InputChannels> inputs(WeightUse use, Set<String> observable) {
    List<InputChannels> inputs = new ArrayList<>();
    for (int i = 0; i < use.readers().size(); i++) {
      Reader reader = use.readers().get(i);
      if (use.roles().get(i) == Role.OTHER || reader.node() == null || !reader.scope().isTop())
        continue;
      InputChannels input = InputChannels.of(reader.node(), reader.input(), use.value());
      if (input == null || !observable.contains(input.value())) continue;
      if (!inputs.isEmpty() && !input.readsAlike(inputs.getFirst())) return List.of();
      inputs.add(input);
    }
    return inputs;
  }

  private void add(WeightUse use, List<InputChannels> inputs, Map<String, Statistics> observed) {
    Channels channels = Channels.EMPTY;
    for (InputChannels input : inputs) {
      Statistics seen = observed.get(input.value());
      if (seen != null) channels = channels.merge(seen.channels(input.axis()));
    }
    Importance importance =
        inputs.isEmpty() ? Importance.EQUAL : inputs.getFirst().importance(channels, use.value());
    if (importance.isEqual()) unknown.add(use.name());
    else known.put(use, importance);
  }

  /** How much errors of the weight count. */
  Importance of(WeightUse use) {
    return known.getOrDefault(use, Importance.EQUAL);
  }

  /** A line where scales were asked for that nothing is known for. */
  List<String> warnings() {
    if (unknown.isEmpty()) return List.of();
    String more = unknown.size() > NAMED ? ", …" : "";
    return List.of(
        "no activation is known that %s multiplied with: all errors count the same there (%s%s)"
            .formatted(
                unknown.size() == 1 ? "1 weight is" : unknown.size() + " weights are",
                String.join(", ", unknown.subList(0, Math.min(NAMED, unknown.size()))),
                more));
  }
}
