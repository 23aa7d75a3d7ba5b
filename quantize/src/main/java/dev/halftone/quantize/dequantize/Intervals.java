package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Between which bounds the values of a graph lie whatever its input is, as far as that is plain
 * from the operators before. Nodes are shown in topological order.
 */
final class Intervals {
  private final Map<String, Interval> known = new HashMap<>();
  private final Function<String, @Nullable Tensor> constants;

  /**
   * @param constants the value of a constant of that name, or null
   */
  Intervals(Function<String, @Nullable Tensor> constants) {
    this.constants = constants;
  }

  Interval of(String value) {
    return known.getOrDefault(value, Interval.ALL);
  }

  void put(String value, Interval interval) {
    known.put(value, interval);
  }

  /** A value goes by another name from now on. */
  void rename(String from, String to) {
    known.put(to, of(from));
  }

  void see(Node node) {
    if (!node.domain().isEmpty() || node.outputs().size() != 1) return;
    Interval interval = result(node);
    if (!interval.equals(Interval.ALL)) known.put(node.output(0), interval);
  }

  private Interval result(Node node) {
    Interval first = of(node.input(0));
    return switch (node.opType()) {
      case "Abs", "Exp", "Softplus", "Sqrt" -> Interval.NOT_NEGATIVE;
      case "Relu" -> first.clampedTo(Interval.NOT_NEGATIVE);
      case "HardSigmoid", "Sigmoid", "Softmax" -> Interval.UNIT;
      case "Clip" -> clip(node);
      case "AveragePool", "GlobalAveragePool" -> first.hull(Interval.ZERO);
      case "Expand",
          "Flatten",
          "Gather",
          "GatherElements",
          "GlobalMaxPool",
          "Identity",
          "MaxPool",
          "Reshape",
          "Slice",
          "Squeeze",
          "Tile",
          "Transpose",
          "Unsqueeze" ->
          first;
      // A cubic passes beyond its points.
      case "Resize" ->
          node.text("mode", "nearest").equals("cubic") ? Interval.ALL : first.hull(Interval.ZERO);
      case "Concat" -> hull(node.inputs());
      case "Where" -> of(node.input(1)).hull(of(node.input(2)));
      case "Add", "Mul", "Sum" ->
          hull(node.inputs()).low() >= 0 ? Interval.NOT_NEGATIVE : Interval.ALL;
      default -> Interval.ALL;
    };
  }

  private Interval hull(List<String> values) {
    return values.stream().map(this::of).reduce(Interval::hull).orElse(Interval.ALL);
  }

  private Interval clip(Node node) {
    float low = bound(node, "min", 1, Float.NEGATIVE_INFINITY);
    float high = bound(node, "max", 2, Float.POSITIVE_INFINITY);
    return low <= high ? new Interval(low, high) : Interval.ALL;
  }

  /** A bound that is not known is as good as none. */
  private float bound(Node node, String attribute, int input, float none) {
    Tensor constant = node.input(input).isEmpty() ? null : constants.apply(node.input(input));
    boolean single = constant != null && constant.count() == 1 && constant.dtype().isFloat();
    return constant != null && single ? constant.floatAt(0) : node.real(attribute, none);
  }
}
