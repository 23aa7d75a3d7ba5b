package dev.halftone.prune.channels;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Makes the graph without the channels that go. */
final class SmallerGraph {
  private final ChannelFlow flow;
  private final KeptChannels kept;
  private final GraphEditor editor;

  /** What nodes have become so far, by the node that they were. */
  private final Map<Node, Node> changed = new IdentityHashMap<>();

  private SmallerGraph(Graph graph, ChannelFlow flow, KeptChannels kept) {
    this.flow = flow;
    this.kept = kept;
    this.editor = new GraphEditor(graph);
  }

  static Graph of(Graph graph, ChannelFlow flow, KeptChannels kept) {
    SmallerGraph smaller = new SmallerGraph(graph, flow, kept);
    flow.slices().stream().filter(slice -> kept.cuts(slice.layout())).forEach(smaller::cut);
    flow.depthwise().forEach(smaller::regroup);
    flow.reshapes().forEach(smaller::reshape);
    smaller.changed.forEach(smaller.editor::replace);
    smaller.editor.prune();
    return smaller.withTypes(smaller.editor.toGraph());
  }

  private void cut(Slice slice) {
    Node node = now(slice.node());
    String name = node.input(slice.input());
    Tensor whole = Objects.requireNonNull(editor.initializers().get(name));
    put(
        slice.node(),
        slice.input(),
        select(whole, slice.axis(), kept.indices(slice.layout(), slice.scale())));
  }

  private Node now(Node node) {
    return changed.getOrDefault(node, node);
  }

  /** Gives the node another constant; others that read the old one keep it. */
  private void put(Node original, int input, Tensor value) {
    Node node = now(original);
    String name = node.input(input);
    boolean own = !name.equals(original.input(input)) || flow.isReadOnce(name);
    if (own) {
      editor.replaceInitializer(name, value);
      return;
    }
    String fresh = editor.freshName(name);
    editor.addInitializer(fresh, value);
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(input, fresh);
    changed.put(original, node.withInputs(inputs));
  }

  private void regroup(Node node, ChannelLayout layout) {
    if (!kept.cuts(layout)) return;
    changed.put(node, now(node).withAttribute("group", new Attribute.OfInt(kept.length(layout))));
  }

  private void reshape(Node node, int scale) {
    ChannelLayout layout = Objects.requireNonNull(flow.layout(node.input(0)));
    if (!kept.cuts(layout)) return;
    long[] shape = Objects.requireNonNull(flow.constant(node.input(1))).toLongs();
    shape[1] = (long) kept.length(layout) * scale;
    put(node, 1, Tensor.ofLongs(shape, 2));
  }

  /** The elements at some indices along an axis, in that order. */
  private static Tensor select(Tensor whole, int axis, int[] indices) {
    long[] shape = whole.shape();
    long inner = whole.dtype().bytes(1);
    for (int i = axis + 1; i < shape.length; i++) inner *= shape[i];
    long old = shape[axis];
    shape[axis] = indices.length;
    long bytes = whole.dtype().bytes(Tensor.elements(shape));
    MemorySegment target = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    long outer = bytes / (indices.length * inner);
    for (long o = 0, at = 0; o < outer; o++) {
      for (int index : indices) {
        MemorySegment.copy(whole.data(), (o * old + index) * inner, target, at, inner);
        at += inner;
      }
    }
    return Tensor.of(whole.dtype(), shape, target);
  }

  /** The graph with the declared shapes of inner values as they are now. */
  private Graph withTypes(Graph graph) {
    return new Graph(
        graph.name(),
        graph.nodes(),
        graph.initializers(),
        graph.inputs(),
        graph.outputs(),
        graph.values().stream().map(this::withShape).toList(),
        graph.opaque());
  }

  private ValueInfo withShape(ValueInfo value) {
    ChannelLayout layout = flow.layout(value.name());
    TensorType type = value.type();
    if (layout == null || type == null || type.shape() == null || !kept.cuts(layout)) return value;
    List<Dimension> shape = new ArrayList<>(type.shape());
    if (shape.size() < 2 || !(shape.get(1) instanceof Dimension.Fixed(long size))) return value;
    shape.set(1, new Dimension.Fixed(size / layout.length() * kept.length(layout)));
    return new ValueInfo(value.name(), new TensorType(type.dtype(), shape), value.opaque());
  }
}
