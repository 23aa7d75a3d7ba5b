package dev.halftone.prune.channels;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.Pruned;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes whole output channels away, with everything that belongs to them: the weights that make
 * them, their biases and normalizations, and the weights that read them. Branches that are added
 * lose the same channels. A layer keeps its channels where they cannot be followed to all that read
 * them.
 *
 * <p>If a channel that goes was zero wherever it was read, the outputs of the model stay what they
 * were but for the rounding of sums in another order.
 */
public final class ChannelPruning {
  private static final String UNFOLLOWED =
      "it has groups, shares its weight, or its weight, bias or input is of a kind that is not"
          + " followed";

  private ChannelPruning() {}

  /**
   * Decides and applies.
   *
   * @param model whose constants are folded
   * @throws dev.halftone.graph.MalformedModelException if a weight has a NaN or an infinity
   */
  public static Pruned prune(Model model, PruneRequest.Channels request) {
    Graph graph = model.graph();
    ChannelFlow flow = ChannelFlow.of(graph);
    freezeUnasked(graph, flow, request);
    KeptChannels kept = KeptChannels.choose(flow, request);
    PrunePlan plan = plan(graph, flow, kept);
    return new Pruned(model.withGraph(SmallerGraph.of(graph, flow, kept)), plan);
  }

  private static void freezeUnasked(Graph graph, ChannelFlow flow, PruneRequest.Channels request) {
    Set<Node> first = FirstConvolutions.of(graph);
    for (Producer producer : flow.producers()) {
      String label = producer.node().label();
      if (!request.nodes().selects(label))
        flow.groups().freeze(producer.group(), label + " is excluded");
      else if (first.contains(producer.node()) && !request.nodes().asksFor(label))
        flow.groups()
            .freeze(
                producer.group(),
                label
                    + " is a first convolution, which keeps its channels unless included by name");
    }
    flow.depthwise()
        .forEach(
            (node, layout) -> {
              if (request.nodes().excludes(node.label()))
                flow.freeze(layout, node.label() + " is excluded");
            });
  }

  private static PrunePlan plan(Graph graph, ChannelFlow flow, KeptChannels kept) {
    Map<Node, PrunePlan.Layer> makers = new IdentityHashMap<>();
    for (Producer producer : flow.producers())
      makers.put(producer.node(), layer(producer, flow, kept));
    List<PrunePlan.Layer> layers = new ArrayList<>();
    long total = 0;
    long removed = 0;
    for (Node node : graph.nodes()) {
      if (!node.domain().isEmpty() || !Makers.TYPES.contains(node.opType())) continue;
      PrunePlan.Layer layer = makers.get(node);
      ChannelLayout follows = flow.depthwise().get(node);
      if (layer == null && follows == null)
        layer = new PrunePlan.Layer(node.label(), node.opType(), 0, 0, UNFOLLOWED);
      if (layer == null) continue;
      layers.add(layer);
      total += layer.total();
      removed += layer.removed();
    }
    return new PrunePlan(PrunePlan.Unit.CHANNELS, layers, total, removed);
  }

  private static PrunePlan.Layer layer(Producer producer, ChannelFlow flow, KeptChannels kept) {
    Node node = producer.node();
    int channels = flow.groups().channels(producer.group());
    int removed = kept.removed(producer.group());
    String frozen = flow.groups().reason(producer.group());
    String reason =
        frozen.isEmpty() && removed == 0
            ? "all of its %d channels are the nearest multiple".formatted(channels)
            : frozen;
    return new PrunePlan.Layer(node.label(), node.opType(), channels, removed, reason);
  }
}
