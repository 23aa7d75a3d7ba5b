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
    float largest = 0;
    for (float scale : tensor.scale().toFloats()) largest = Math.max(largest, scale);
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
}
