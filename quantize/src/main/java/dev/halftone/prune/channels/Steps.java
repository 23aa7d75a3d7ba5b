package dev.halftone.prune.channels;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How channels go through operators that make none. Each method says whether it could follow; what
 * it could not keeps its channels.
 */
final class Steps {
  /** Each element of the output is made of the same element of the first input. */
  private static final Set<String> UNARY =
      Set.of(
          "Abs",
          "Cast",
          "Celu",
          "Clip",
          "Dropout",
          "Elu",
          "Erf",
          "Exp",
          "Gelu",
          "HardSigmoid",
          "HardSwish",
          "Identity",
          "LeakyRelu",
          "Mish",
          "Neg",
          "Relu",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Softsign",
          "Sqrt",
          "Tanh",
          "ThresholdedRelu");

  /** Each channel of the output is made of the same channel of the first input. */
  private static final Set<String> POOLING =
      Set.of(
          "AveragePool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "LpPool", "MaxPool");

  private static final Set<String> ELEMENT_WISE =
      Set.of("Add", "Div", "Max", "Min", "Mul", "PRelu", "Sub", "Sum");

  private final ChannelFlow flow;
  private final Makers makers;

  Steps(ChannelFlow flow) {
    this.flow = flow;
    this.makers = new Makers(flow);
  }

  /** Whether the channels were followed through the node; if not, nothing was changed. */
  boolean follow(Node node) {
    if (!node.domain().isEmpty() || !node.bodies().isEmpty()) return false;
    if (Makers.TYPES.contains(node.opType())) return makers.follow(node);
    // Where nothing that comes in has known channels there is nothing to follow.
    if (node.inputs().stream().allMatch(input -> flow.layout(input) == null)) return true;
    if (ELEMENT_WISE.contains(node.opType())) return elementWise(node);
    if (node.is("Concat")) return concat(node);
    ChannelLayout in = flow.layout(node.input(0));
    if (in == null || othersAreFollowed(node)) return false;
    if (UNARY.contains(node.opType())) return same(node, in);
    if (in.flattened()) return false;
    if (POOLING.contains(node.opType())) return same(node, in);
    return switch (node.opType()) {
      case "BatchNormalization" -> node.integer("training_mode", 0) == 0 && parameters(node, in, 4);
      case "InstanceNormalization" -> parameters(node, in, 2);
      case "Flatten" -> flatten(node, in);
      case "Reshape" -> reshape(node, in);
      case "Squeeze" -> squeeze(node, in);
      case "ReduceMean", "ReduceMax", "ReduceSum" -> reduce(node, in);
      case "Pad" -> pad(node, in);
      case "Resize" -> resize(node, in, 2);
      case "Upsample" -> resize(node, in, 1);
      default -> false;
    };
  }

  private boolean othersAreFollowed(Node node) {
    return node.inputs().stream().skip(1).anyMatch(input -> flow.layout(input) != null);
  }

  private boolean same(Node node, ChannelLayout layout) {
    flow.give(node, layout);
    return true;
  }

  /** Inputs 1 to {@code count} hold a number for each channel. */
  private boolean parameters(Node node, ChannelLayout in, int count) {
    for (int i = 1; i <= count; i++) {
      Tensor constant = flow.constant(node.input(i));
      if (constant == null || constant.rank() != 1 || constant.count() != in.length()) return false;
    }
    for (int i = 1; i <= count; i++) flow.slice(node, i, 0, in, 1);
    return same(node, in);
  }

  private boolean elementWise(Node node) {
    ChannelLayout common = null;
    for (String input : node.inputs()) {
      ChannelLayout layout = flow.layout(input);
      if (layout == null) continue;
      if (common != null && !common.isLike(layout)) return false;
      common = layout;
    }
    ChannelLayout first = Objects.requireNonNull(common);
    List<Slice> cuts = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      if (flow.layout(node.input(i)) != null) continue;
      Tensor constant = flow.constant(node.input(i));
      if (constant == null || constant.rank() > first.rank()) return false;
      int axis = constant.rank() - first.rank() + 1;
      if (axis < 0 || constant.dimension(axis) == 1) continue;
      if (first.flattened() || constant.dimension(axis) != first.length()) return false;
      cuts.add(new Slice(node, i, axis, first, 1));
    }
    cuts.forEach(cut -> flow.slice(node, cut.input(), cut.axis(), first, 1));
    joinAll(node, first);
    return same(node, first);
  }

  private void joinAll(Node node, ChannelLayout first) {
    for (String input : node.inputs()) {
      ChannelLayout layout = flow.layout(input);
      if (layout != null) flow.join(first, layout);
    }
  }

  private boolean concat(Node node) {
    List<ChannelLayout> parts = new ArrayList<>();
    for (String input : node.inputs()) {
      ChannelLayout layout = flow.layout(input);
      if (layout == null || layout.flattened()) return false;
      if (!parts.isEmpty() && layout.rank() != parts.getFirst().rank()) return false;
      parts.add(layout);
    }
    ChannelLayout first = parts.getFirst();
    long given = node.integer("axis", 1);
    if ((given < 0 ? given + first.rank() : given) != 1) {
      if (!parts.stream().allMatch(first::isLike)) return false;
      joinAll(node, first);
      return same(node, first);
    }
    List<ChannelLayout.Segment> segments = new ArrayList<>();
    parts.forEach(part -> segments.addAll(part.segments()));
    return same(node, new ChannelLayout(segments, first.rank(), false));
  }

  private boolean flatten(Node node, ChannelLayout in) {
    long axis = node.integer("axis", 1);
    return (axis < 0 ? axis + in.rank() : axis) == 1 && same(node, in.flatten());
  }

  /** As Flatten, where it is certain that the first axis stays what it is. */
  private boolean reshape(Node node, ChannelLayout in) {
    Tensor shape = flow.constant(node.input(1));
    if (shape == null || shape.count() != 2 || in.rank() < 3 || node.integer("allowzero", 0) != 0)
      return false;
    long rows = shape.longAt(0);
    long columns = shape.longAt(1);
    long elements = in.length();
    for (int axis = 2; axis < in.rank(); axis++) {
      long size = flow.declared(node.input(0), axis);
      elements = size < 1 || elements < 0 ? -1 : elements * size;
    }
    boolean keepsRows = rows == 0 || rows > 0 && rows == flow.declared(node.input(0), 0);
    boolean keepsColumns = columns > 0 && columns == elements;
    if (!keepsRows && !keepsColumns) return false;
    if (columns > 0) {
      if (columns % in.length() != 0 || columns > Integer.MAX_VALUE) return false;
      flow.reshapes().put(node, (int) (columns / in.length()));
    } else if (columns != -1) {
      return false;
    }
    return same(node, in.flatten());
  }

  private boolean squeeze(Node node, ChannelLayout in) {
    List<Long> axes = axes(node, in);
    return axes != null && same(node, in.withRank(in.rank() - axes.size()));
  }

  private boolean reduce(Node node, ChannelLayout in) {
    List<Long> axes = axes(node, in);
    if (axes == null) return false;
    boolean keeps = node.integer("keepdims", 1) != 0;
    return same(node, keeps ? in : in.withRank(in.rank() - axes.size()));
  }

  /** The node's axes, all behind that of the channels; null where they are not. */
  private @Nullable List<Long> axes(Node node, ChannelLayout in) {
    Tensor constant = flow.constant(node.input(1));
    List<Long> axes = new ArrayList<>(node.integers("axes"));
    if (constant != null) for (long axis : constant.toLongs()) axes.add(axis);
    axes.replaceAll(axis -> axis < 0 ? axis + in.rank() : axis);
    boolean behind = axes.stream().allMatch(axis -> axis >= 2 && axis < in.rank());
    boolean once = axes.stream().distinct().count() == axes.size();
    return axes.isEmpty() || !behind || !once ? null : axes;
  }

  private boolean pad(Node node, ChannelLayout in) {
    Tensor constant = flow.constant(node.input(1));
    List<Long> pads = new ArrayList<>(node.integers("pads"));
    if (constant != null) for (long pad : constant.toLongs()) pads.add(pad);
    return pads.size() == 2 * in.rank()
        && node.input(3).isEmpty()
        && pads.get(1) == 0
        && pads.get(in.rank() + 1) == 0
        && same(node, in);
  }

  private boolean resize(Node node, ChannelLayout in, int scalesAt) {
    Tensor scales = flow.constant(node.input(scalesAt));
    return scales != null
        && scales.count() == in.rank()
        && scales.floatAt(1) == 1
        && node.input(3).isEmpty()
        && node.integers("axes").isEmpty()
        && same(node, in);
  }
}
