package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Plan.NodePlan;
import dev.halftone.plan.Plan.Role;
import dev.halftone.plan.Plan.TensorPlan;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.scheme.Range;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The static decisions in words, for people and reports. */
final class StaticPlan {
  private StaticPlan() {}

  static Plan of(Graph graph, StaticDecisions decisions, Recipe recipe, List<String> warnings) {
    List<TensorPlan> tensors = new ArrayList<>();
    decisions
        .activations()
        .forEach((name, parameters) -> tensors.add(activation(name, parameters, recipe)));
    decisions
        .constants()
        .forEach((name, constant) -> tensors.add(constant(name, Role.WEIGHT, constant, false)));
    List<NodePlan> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      LinearWeights weights = decisions.weights().get(node);
      if (weights != null) {
        tensors.add(constant(node.input(1), Role.WEIGHT, weights.weight(), true));
        if (weights.bias() != null)
          tensors.add(constant(node.input(2), Role.BIAS, weights.bias(), true));
      }
      nodes.add(node(node, decisions.placement()));
    }
    return new Plan(tensors.stream().distinct().toList(), nodes, warnings);
  }

  static NodePlan node(Node node, Placement placement) {
    String reason = placement.reasons().getOrDefault(node, "");
    return new NodePlan(node.label(), node.opType(), reason.isEmpty(), reason);
  }

  private static TensorPlan activation(
      String name, QuantizationParameters parameters, Recipe recipe) {
    Range range = parameters.representable();
    return new TensorPlan(
        name,
        Role.ACTIVATION,
        parameters.type(),
        "tensor",
        recipe.symmetricActivations(),
        range.low(),
        range.high());
  }

  private static TensorPlan constant(
      String name, Role role, QuantizedTensor tensor, boolean symmetric) {
    float largest = largestScale(tensor);
    long zeroPoint = tensor.zeroPoint().longAt(0);
    DType dtype = tensor.codes().dtype();
    double lowest = symmetric ? -Math.scalb(1.0, dtype.bits() - 1) + 1 : -zeroPoint;
    double highest = symmetric ? -lowest : Math.scalb(1.0, dtype.bits()) - 1 - zeroPoint;
    String granularity = tensor.perChannel() ? "channel:" + tensor.axis() : "tensor";
    return new TensorPlan(
        name,
        role,
        dtype,
        granularity,
        symmetric,
        (float) (lowest * largest),
        (float) (highest * largest));
  }

  /** Of the channels that are not all zeros: those have a scale that stands for nothing. */
  private static float largestScale(QuantizedTensor tensor) {
    float[] scales = tensor.scale().toFloats();
    float largest = 0;
    for (int channel = 0; channel < scales.length; channel++) {
      if (scales[channel] > largest && !(tensor.perChannel() && isZero(tensor, channel)))
        largest = scales[channel];
    }
    return largest;
  }

  private static boolean isZero(QuantizedTensor tensor, int channel) {
    Tensor codes = tensor.codes();
    long zero = tensor.zeroPoint().longAt(0);
    long inner = 1;
    for (int axis = tensor.axis() + 1; axis < codes.rank(); axis++) inner *= codes.dimension(axis);
    long stride = inner * codes.dimension(tensor.axis());
    for (long from = channel * inner; from < codes.count(); from += stride)
      for (long i = from; i < from + inner; i++) if (codes.longAt(i) != zero) return false;
    return true;
  }
}
