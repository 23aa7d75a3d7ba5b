package dev.halftone.toolkit;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.plan.Plan;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.qdq.Outlook;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Walks a model, its bodies and its functions, and counts. */
final class Inspector {
  private final Map<String, Inspection.Operator> operators = new TreeMap<>();

  /** The constants that nodes of each operator type read. */
  private final Map<String, Set<Tensor>> read = new HashMap<>();

  private long nodes;
  private long parameters;
  private long constantBytes;

  private Inspector() {}

  static Inspection inspect(Model model) {
    Inspector inspector = new Inspector();
    inspector.visit(model.graph(), Map.of());
    for (Function function : model.functions()) inspector.visit(function);
    Comparator<Inspection.Operator> heaviest =
        Comparator.comparingLong(Inspection.Operator::bytes)
            .reversed()
            .thenComparing(Inspection.Operator::name);
    return new Inspection(
        model.irVersion(),
        model.opsets(),
        inspector.nodes,
        inspector.parameters,
        inspector.constantBytes,
        model.graph().requiredInputs(),
        model.graph().outputs(),
        inspector.operators.values().stream().sorted(heaviest).toList(),
        fates(model),
        !QuantizedParts.of(model).isEmpty());
  }

  private void visit(Graph graph, Map<String, Tensor> outer) {
    graph.initializers().values().forEach(this::count);
    Map<String, Tensor> constants = new HashMap<>(outer);
    constants.putAll(WeightShare.constants(graph));
    for (Node node : graph.nodes()) {
      visit(node, constants);
      for (Graph body : node.bodies()) visit(body, constants);
    }
  }

  private void visit(Function function) {
    for (Node node : function.nodes()) visit(node, Map.of());
  }

  private void visit(Node node, Map<String, Tensor> constants) {
    nodes++;
    for (Attribute attribute : node.attributes().values()) {
      if (attribute instanceof Attribute.OfTensor(Tensor value)) count(value);
    }
    Inspection.Operator none = new Inspection.Operator(node.domain(), node.opType(), 1, 0);
    Set<Tensor> known =
        read.computeIfAbsent(
            none.name(), type -> Collections.newSetFromMap(new IdentityHashMap<>()));
    long bytes =
        node.inputs().stream()
            .map(constants::get)
            .filter(constant -> constant != null && known.add(constant))
            .mapToLong(Tensor::byteSize)
            .sum();
    Inspection.Operator one = new Inspection.Operator(node.domain(), node.opType(), 1, bytes);
    operators.merge(
        one.name(),
        one,
        (a, b) ->
            new Inspection.Operator(a.domain(), a.type(), a.count() + 1, a.bytes() + b.bytes()));
  }

  private void count(Tensor constant) {
    DType type = constant.dtype();
    if (type.isFloat() || (type.bits() <= 16 && type != DType.BOOL && type != DType.STRING))
      parameters += constant.count();
    constantBytes += constant.byteSize();
  }

  /**
   * What static quantization for this machine could do with the nodes that folding leaves, those it
   * can take first.
   */
  private static List<Inspection.Fate> fates(Model model) {
    Recipe recipe =
        RecipeResolver.resolve(RecipeRequest.automatic().mode(Mode.STATIC), model, true).recipe();
    Map<String, Inspection.Fate> fates = new TreeMap<>();
    for (Plan.NodePlan node : Outlook.of(Folding.foldForProducts(model), recipe)) {
      Inspection.Fate one = new Inspection.Fate(node.opType(), 1, node.quantized(), node.reason());
      fates.merge(
          one.operator() + " " + one.reason(),
          one,
          (a, b) -> new Inspection.Fate(a.operator(), a.count() + 1, a.quantizable(), a.reason()));
    }
    return fates.values().stream()
        .sorted(Comparator.comparing(Inspection.Fate::quantizable).reversed())
        .toList();
  }
}
