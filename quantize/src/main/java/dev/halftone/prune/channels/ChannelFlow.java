package dev.halftone.prune.channels;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a graph's channels so far: the layout of every value whose axis 1 was followed,
 * the groups, and where constants have to be cut with them.
 */
final class ChannelFlow {
  private final Graph graph;
  private final GraphIndex index;
  private final ChannelGroups groups = new ChannelGroups();
  private final Map<String, ChannelLayout> layouts = new HashMap<>();
  private final Map<String, List<Dimension>> shapes = new HashMap<>();
  private final List<Slice> slices = new ArrayList<>();
  private final List<Producer> producers = new ArrayList<>();

  /** Depthwise convolutions with the layout that their number of groups follows. */
  private final Map<Node, ChannelLayout> depthwise = new LinkedHashMap<>();

  /** Reshapes whose second number follows the layout, and how many elements a channel has. */
  private final Map<Node, Integer> reshapes = new LinkedHashMap<>();

  private ChannelFlow(Graph graph) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    graph.inputs().forEach(this::rememberShape);
    graph.values().forEach(this::rememberShape);
  }

  /** Follows the channels through a graph in topological order. */
  static ChannelFlow of(Graph graph) {
    ChannelFlow flow = new ChannelFlow(graph);
    flow.seeInputs();
    Steps steps = new Steps(flow);
    for (Node node : graph.nodes()) {
      if (steps.follow(node)) continue;
      flow.freeze(node, "%s (%s) is not followed".formatted(node.label(), node.opType()));
    }
    for (ValueInfo output : graph.outputs())
      flow.freeze(output.name(), "its channels are an output of the model");
    return flow;
  }

  private void rememberShape(ValueInfo value) {
    TensorType type = value.type();
    if (type != null && type.shape() != null) shapes.put(value.name(), type.shape());
  }

  private void seeInputs() {
    for (ValueInfo input : graph.requiredInputs()) {
      List<Dimension> shape = shapes.get(input.name());
      if (shape == null || shape.size() < 2) continue;
      if (!(shape.get(1) instanceof Dimension.Fixed(long size))) continue;
      if (size < 1 || size > Integer.MAX_VALUE) continue;
      int group = groups.addFrozen((int) size, "its channels are an input of the model");
      layouts.put(input.name(), ChannelLayout.of(group, (int) size, shape.size()));
    }
  }

  ChannelGroups groups() {
    return groups;
  }

  List<Producer> producers() {
    return producers;
  }

  List<Slice> slices() {
    return slices;
  }

  Map<Node, ChannelLayout> depthwise() {
    return depthwise;
  }

  Map<Node, Integer> reshapes() {
    return reshapes;
  }

  GraphIndex index() {
    return index;
  }

  /** The channels along axis 1 of a value; null where they are not known. */
  @Nullable ChannelLayout layout(String value) {
    return layouts.get(value);
  }

  /** The declared size of an axis, -1 where it is not known. */
  long declared(String value, int axis) {
    List<Dimension> shape = shapes.get(value);
    return shape != null
            && axis < shape.size()
            && shape.get(axis) instanceof Dimension.Fixed(long size)
        ? size
        : -1;
  }

  /** A constant that no caller can override, or null. */
  @Nullable Tensor constant(String name) {
    return index.constant(name);
  }

  /** Whether one input of one node alone reads the constant. */
  boolean isReadOnce(String constant) {
    List<Node> readers = index.consumers(constant);
    return readers.size() == 1
        && !index.isOutput(constant)
        && readers.getFirst().inputs().stream().filter(constant::equals).count() == 1;
  }

  void give(Node node, @Nullable ChannelLayout layout) {
    if (layout != null && !node.output(0).isEmpty()) layouts.put(node.output(0), layout);
  }

  void slice(Node node, int input, int axis, ChannelLayout layout, int scale) {
    slices.add(new Slice(node, input, axis, layout, scale));
  }

  /** New channels that a node makes. */
  ChannelLayout produce(Node node, int axis, int channels, int rank) {
    int group = groups.add(channels);
    producers.add(new Producer(node, axis, group));
    return ChannelLayout.of(group, channels, rank);
  }

  /** Makes channels of both the same where they are alike; whether they are. */
  boolean join(ChannelLayout one, ChannelLayout other) {
    if (!one.isLike(other)) return false;
    for (int i = 0; i < one.segments().size(); i++)
      groups.join(one.segments().get(i).group(), other.segments().get(i).group());
    return true;
  }

  /** All channels that the node or its bodies read stay. */
  private void freeze(Node node, String reason) {
    node.reads().forEach(value -> freeze(value, reason));
    node.outputs().forEach(value -> freeze(value, reason));
  }

  void freeze(String value, String reason) {
    ChannelLayout layout = layouts.get(value);
    if (layout != null) freeze(layout, reason);
  }

  void freeze(ChannelLayout layout, String reason) {
    layout.segments().forEach(segment -> groups.freeze(segment.group(), reason));
  }
}
