package dev.halftone.quantize.fold;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.edit.GraphEditor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the nodes of the model's own functions where they are called, so that weights within them
 * are weights of the graph (ONNX IR, "Functions"). Attributes that refer to one of the call take
 * its value, else the function's default, and are left out where there is neither. A function whose
 * nodes have bodies, or want another version of an operator set than the model, stays a function.
 */
public final class FunctionCalls {
  /** More nodes than any real model has: functions that call others twice grow without bound. */
  private static final int MOST_NODES = 100_000;

  /** Characters of a call's name that go before the names within; calls may lie in calls. */
  private static final int LONGEST_PREFIX = 200;

  private final Model model;
  private final Map<String, Function> functions = new HashMap<>();
  private final GraphEditor editor;

  private FunctionCalls(Model model) {
    this.model = model;
    this.editor = new GraphEditor(model.graph());
    for (Function function : model.functions())
      if (isPlain(function)) functions.put(key(function.domain(), function.name()), function);
  }

  /**
   * The same model with as few calls of functions as can be; values of the graph keep their names.
   *
   * @throws UnsupportedModelException if functions call each other in a circle, or become more than
   *     100000 nodes
   */
  public static Model inline(Model model) {
    if (model.functions().isEmpty()) return model;
    return new FunctionCalls(model).inlined();
  }

  private Model inlined() {
    Deque<Node> open = new ArrayDeque<>(editor.nodes());
    Map<Node, Integer> depths = new IdentityHashMap<>();
    int made = 0;
    while (!open.isEmpty()) {
      Node call = open.pop();
      Function function = functions.get(key(call.domain(), call.opType()));
      if (function == null) continue;
      int depth = depths.getOrDefault(call, 0);
      if (depth >= functions.size())
        throw new UnsupportedModelException(
            call, "functions of the model call each other in a circle");
      List<Node> nodes = body(call, function);
      for (Node node : nodes) depths.put(node, depth + 1);
      made += nodes.size();
      if (made > MOST_NODES)
        throw new UnsupportedModelException(call, "its functions become too many nodes");
      editor.remove(call);
      nodes.forEach(editor::add);
      nodes.forEach(open::push);
    }
    return withoutUncalled(model.withGraph(editor.toGraph()));
  }

  /** Nothing in it depends on the call but the names of what it reads and gives. */
  private boolean isPlain(Function function) {
    boolean alone =
        model.functions().stream()
                .filter(
                    other ->
                        key(other.domain(), other.name())
                            .equals(key(function.domain(), function.name())))
                .count()
            == 1;
    return alone
        && function.opsets().entrySet().stream()
            .allMatch(set -> set.getValue().equals(model.opsets().get(set.getKey())))
        && function.nodes().stream()
            .allMatch(
                node ->
                    node.bodies().isEmpty()
                        && node.attributes().values().stream()
                            .noneMatch(Attribute.OfOpaque.class::isInstance));
  }

  private List<Node> body(Node call, Function function) {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("", "");
    for (int i = 0; i < function.inputs().size(); i++)
      names.put(function.inputs().get(i), call.input(i));
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < function.outputs().size(); i++) {
      String output = function.outputs().get(i);
      if (call.output(i).isEmpty()) continue;
      String source = names.putIfAbsent(output, call.output(i));
      // An input handed through, or an output given twice.
      if (source != null)
        nodes.add(Node.of("", "Identity", List.of(source), List.of(call.output(i))));
    }
    String label = call.label();
    String prefix = (label.length() > LONGEST_PREFIX ? function.name() : label) + "/";
    for (Node node : function.nodes()) {
      Map<String, Attribute> attributes = resolved(node.attributes(), call, function);
      nodes.add(renamed(node, prefix, names).withAttributes(attributes));
    }
    return nodes;
  }

  private static Map<String, Attribute> resolved(
      Map<String, Attribute> attributes, Node call, Function function) {
    Map<String, Attribute> resolved = new LinkedHashMap<>();
    attributes.forEach(
        (name, attribute) -> {
          Attribute value = attribute;
          if (attribute instanceof Attribute.OfReference(String referred, Opaque _)) {
            Attribute given = call.attributes().get(referred);
            value = given != null ? given : function.defaults().get(referred);
          }
          if (value != null) resolved.put(name, value);
        });
    return resolved;
  }

  private Node renamed(Node node, String prefix, Map<String, String> names) {
    return new Node(
        editor.freshName(prefix + node.label()),
        node.domain(),
        node.opType(),
        node.inputs().stream().map(name -> inner(name, prefix, names)).toList(),
        node.outputs().stream().map(name -> inner(name, prefix, names)).toList(),
        node.attributes(),
        node.opaque());
  }

  private String inner(String name, String prefix, Map<String, String> names) {
    return names.computeIfAbsent(name, inside -> editor.freshName(prefix + inside));
  }

  /** Functions go when nothing calls one any more. */
  private static Model withoutUncalled(Model model) {
    boolean called = model.functions().stream().anyMatch(each -> isCalled(each, model));
    List<Function> left = called ? model.functions() : List.of();
    return new Model(
        model.irVersion(), model.opsets(), model.graph(), left, model.metadata(), model.opaque());
  }

  private static boolean isCalled(Function function, Model model) {
    return calls(model.graph(), key(function.domain(), function.name()));
  }

  private static boolean calls(Graph graph, String key) {
    return graph.nodes().stream()
        .anyMatch(
            node ->
                key(node.domain(), node.opType()).equals(key)
                    || node.bodies().stream().anyMatch(body -> calls(body, key)));
  }

  private static String key(String domain, String name) {
    return domain + ":" + name;
  }
}
