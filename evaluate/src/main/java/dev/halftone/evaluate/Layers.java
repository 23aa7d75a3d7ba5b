package dev.halftone.evaluate;

import dev.halftone.evaluate.Chains.Chain;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was found, put together layer by layer.
 *
 * @param errors by value of the reference
 * @param activations likewise
 */
record Layers(
    Chains chains,
    Counterparts counterparts,
    Map<String, ValueErrors> errors,
    Map<String, Evidence> activations) {

  /**
   * In the order of the graph.
   *
   * @param folded where the weights are
   */
  List<Layer> of(Graph graph, Graph folded) {
    Map<String, Chain> ends = new LinkedHashMap<>();
    for (Node node : graph.nodes())
      for (String value : node.outputs())
        if (errors.containsKey(value)) ends.put(value, chains.to(node));
    Map<String, Evidence> weights =
        WeightWatch.of(
            ends.values().stream().map(Chain::main).toList(), folded, counterparts.model());
    Reasons reasons = new Reasons(activations);
    List<Layer> layers = new ArrayList<>();
    ends.forEach((value, chain) -> layers.add(layer(chain, value, weights, reasons)));
    return layers;
  }

  private Layer layer(Chain chain, String value, Map<String, Evidence> weights, Reasons reasons) {
    ValueErrors error = Objects.requireNonNull(errors.get(value));
    Evidence own = weights.get(WeightWatch.key(chain.main()));
    double noise = ownNoise(chain, error);
    return new Layer(
        value,
        chain.main().name(),
        chain.main().opType(),
        chain.nodes().stream().map(Node::opType).toList(),
        Objects.requireNonNull(counterparts.names().get(value)),
        error.whole().sqnrDb(),
        error.whole().cosine(),
        error.whole().largest(),
        noise,
        error.inheritedNoise(),
        error.whole().notFinite(),
        Objects.requireNonNull(activations.get(value)).spread(),
        spread(own),
        reasons.of(chain, value, noise, own));
  }

  private static @Nullable Spread spread(@Nullable Evidence evidence) {
    return evidence == null ? null : evidence.spread();
  }

  private double ownNoise(Chain chain, ValueErrors error) {
    // Integers are given to it as they were stored, and storing them was not its doing.
    ValueErrors before = chain.movesOnly() ? errors.get(chain.nodes().getFirst().input(0)) : null;
    return before == null ? error.ownNoise() : Math.max(0, error.ownNoise() - before.ownNoise());
  }
}
