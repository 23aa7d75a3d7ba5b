package dev.halftone.toolkit;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Walks a model, its bodies and its functions, and counts. */
final class Inspector {
  private final Map<String, Inspection.Operator> operators = new TreeMap<>();
  private final Map<String, Inspection.Fate> fates = new TreeMap<>();
  private long nodes;
  private long parameters;
  private long constantBytes;

  private Inspector() {}

  static Inspection inspect(Model model) {
    Inspector inspector = new Inspector();
    inspector.visit(model.graph(), Map.of());
    for (Function function : model.functions()) inspector.visit(function);
    Comparator<Inspection.Operator> heaviest =
        Comparator.comparingLong(Inspection.Operator::bytes).reversed().thenComparing(Inspection.Operator::name);
    return new Inspection(
        model.irVersion(),
        model.opsets(),
        inspector.nodes,
        inspector.parameters,
        inspector.constantBytes,
        model.graph().requiredInputs(),
        model.graph().outputs(),
        inspector.operators.values().stream().sorted(heaviest).toList(),
        new ArrayList<>(inspector.fates.values()),
        !QuantizedParts.of(model).isEmpty());
  }

  private void visit(Graph graph, Map<String, Tensor> outer) {
    graph.initializers().values().forEach(this::count);
    Map<String, Tensor> constants = new HashMap<>(outer);
    constants.putAll(WeightShare.constants(graph));
    Quantizability quantizability = new Quantizability(constants, graph.inputs());
    for (Node node : graph.nodes()) {
      visit(node, constants, quantizability);
      for (Graph body : GraphEditor.bodies(node)) visit(body, constants);
    }
  }

  private void visit(Function function) {
    Quantizability quantizability = new Quantizability(Map.of(), List.of());
    for (Node node : function.nodes()) visit(node, Map.of(), quantizability);
  }

  private void visit(Node node, Map<String, Tensor> constants, Quantizability quantizability) {
    nodes++;
    for (Attribute attribute : node.attributes().values()) {
      if (attribute instanceof Attribute.OfTensor(Tensor value)) count(value);
    }
    long bytes = node.inputs().stream().map(constants::get).filter(Objects::nonNull).mapToLong(Tensor::byteSize).sum();
    Inspection.Operator one = new Inspection.Operator(node.domain(), node.opType(), 1, bytes);
    operators.merge(one.name(), one, (a, b) -> new Inspection.Operator(a.domain(), a.type(), a.count() + 1, a.bytes() + b.bytes()));
    Inspection.Fate fate = quantizability.of(node);
    fates.merge(
        fate.operator() + fate.reason(),
        fate,
        (a, b) -> new Inspection.Fate(a.operator(), a.count() + 1, a.quantizable(), a.reason()));
  }

  private void count(Tensor constant) {
    DType type = constant.dtype();
    if (type.isFloat() || (type.bits() <= 8 && type != DType.BOOL && type != DType.STRING)) parameters += constant.count();
    constantBytes += constant.byteSize();
  }
}
