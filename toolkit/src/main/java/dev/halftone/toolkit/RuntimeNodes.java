package dev.halftone.toolkit;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.plan.Plan;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.runtime.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which of the nodes that were quantized ONNX Runtime runs on integers, read off the graph that it
 * executes. It fuses a node with the DequantizeLinear before it and the QuantizeLinear behind it,
 * and names what it makes by the node, with endings of its own, or by what the node gives.
 */
final class RuntimeNodes {
  private static final Pattern ENDINGS = Pattern.compile("(_token_\\d+|_nchwc|_nhwc)+$");

  private final GraphIndex index;
  private final Set<String> constants;
  private final Map<String, List<Operator>> byName = new HashMap<>();
  private final Map<String, Operator> byOutput = new HashMap<>();

  private RuntimeNodes(Graph graph, List<Operator> deployed) {
    this.index = new GraphIndex(graph);
    this.constants = StoredPlan.constants(graph);
    for (Operator operator : deployed) {
      if (isBorder(operator)) continue;
      String name = ENDINGS.matcher(operator.name()).replaceFirst("");
      byName.computeIfAbsent(name, unseen -> new ArrayList<>()).add(operator);
      for (String output : operator.outputs()) byOutput.put(output, operator);
    }
  }

  private static boolean isBorder(Operator operator) {
    return operator.domain().isEmpty() && StoredPlan.BORDERS.contains(operator.opType());
  }

  /**
   * @param graph as it was written
   * @param deployed what ONNX Runtime makes of it
   */
  static List<RuntimeNode> of(Plan plan, Graph graph, List<Operator> deployed) {
    Set<String> quantized = new HashSet<>();
    for (Plan.NodePlan node : plan.nodes()) if (node.quantized()) quantized.add(node.name());
    RuntimeNodes nodes = new RuntimeNodes(graph, deployed);
    List<RuntimeNode> found = new ArrayList<>();
    for (Node node : graph.nodes())
      if (!node.name().isEmpty() && quantized.contains(node.name())) found.add(nodes.of(node));
    return found;
  }

  private RuntimeNode of(Node node) {
    Operator runs = executing(node);
    boolean integer = runs != null && isInteger(runs, node);
    return new RuntimeNode(
        node.name(),
        node.opType(),
        runs == null ? "" : runs.opType(),
        integer,
        integer || runs == null ? "" : reason(node));
  }

  /** On integers, where there are several. */
  private @Nullable Operator executing(Node node) {
    List<Operator> candidates = new ArrayList<>(byName.getOrDefault(node.name(), List.of()));
    for (String output : node.outputs()) {
      candidates.addAll(byName.getOrDefault(output, List.of()));
      add(candidates, byOutput.get(output));
      add(candidates, byOutput.get(stored(output)));
    }
    return candidates.stream()
        .filter(candidate -> isInteger(candidate, node))
        .findFirst()
        .orElse(candidates.isEmpty() ? null : candidates.getFirst());
  }

  private static void add(List<Operator> candidates, @Nullable Operator operator) {
    if (operator != null) candidates.add(operator);
  }

  private boolean isInteger(Operator operator, Node node) {
    return QuantizedParts.isQuantized(operator.domain(), operator.opType())
        || node.outputs().stream().anyMatch(value -> operator.outputs().contains(stored(value)));
  }

  /** The integers that a value is stored as; empty where it is not. */
  private String stored(String value) {
    return index.consumers(value).stream()
        .filter(reader -> reader.opType().equals("QuantizeLinear"))
        .map(reader -> reader.output(0))
        .findFirst()
        .orElse("");
  }

  private String reason(Node node) {
    List<String> plain =
        node.inputs().stream()
            .filter(input -> !input.isEmpty() && !constants.contains(input) && !isDecoded(input))
            .toList();
    boolean computed =
        node.inputs().stream().anyMatch(input -> !constants.contains(input) && isDecoded(input));
    if (!computed) return "only its weights are stored in fewer bits: they are decoded before it";
    if (!plain.isEmpty()) return "its input %s is not quantized".formatted(plain.getFirst());
    if (node.outputs().stream().allMatch(output -> stored(output).isEmpty()))
      return "what it gives is not quantized, so that ONNX Runtime has nothing to fuse it with";
    return "ONNX Runtime has no integer kernel for %s with these types on this machine"
        .formatted(node.opType());
  }

  private boolean isDecoded(String value) {
    Node producer = index.producer(value);
    return producer != null && producer.opType().equals("DequantizeLinear");
  }
}
