package dev.halftone.quantize.scope;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A change of a model under preparation: what becomes of single nodes and of whole graphs, bodies
 * included. Nothing is changed before {@link #apply}.
 */
public final class Rewrite {
  /**
   * Replaces one node in the editor of the graph that holds it; the node comes with its bodies
   * already rewritten.
   */
  @FunctionalInterface
  public interface NodeEdit {
    void apply(GraphEditor editor, Node node);
  }

  private final Model model;
  private final GraphEditor top;
  private final IdentityHashMap<Node, NodeEdit> nodeEdits = new IdentityHashMap<>();
  private final IdentityHashMap<Node, List<UnaryOperator<Node>>> nodeChanges =
      new IdentityHashMap<>();
  private final IdentityHashMap<Graph, List<Consumer<GraphEditor>>> graphEdits =
      new IdentityHashMap<>();
  private final IdentityHashMap<Graph, Map<String, List<String>>> derived = new IdentityHashMap<>();

  public Rewrite(Model model) {
    this.model = model;
    this.top = new GraphEditor(model.graph());
  }

  /** A name that no graph of the model has, taken from now on. */
  public String freshName(String wish) {
    return top.freshName(wish);
  }

  /** Sets what becomes of a node; a node has one edit at most. */
  public void node(Node node, NodeEdit edit) {
    if (nodeEdits.put(node, edit) != null)
      throw new IllegalStateException("two edits of " + node.label());
  }

  /** Adds to how a node that keeps its place is changed. */
  public void change(Node node, UnaryOperator<Node> change) {
    nodeChanges.computeIfAbsent(node, key -> new ArrayList<>()).add(change);
  }

  /**
   * The names of values derived from {@code value} in a graph: made by {@code make} the first time,
   * the same ever after.
   */
  public List<String> derived(Graph graph, String value, Supplier<List<String>> make) {
    Map<String, List<String>> known = derived.computeIfAbsent(graph, key -> new HashMap<>());
    if (!known.containsKey(value)) known.put(value, make.get());
    return known.getOrDefault(value, List.of());
  }

  /** Adds to what becomes of a graph, after the edits of its nodes. */
  public void graph(Graph graph, Consumer<GraphEditor> edit) {
    graphEdits.computeIfAbsent(graph, key -> new ArrayList<>()).add(edit);
  }

  /** The model with all edits, without what they left unread. */
  public Model apply() {
    if (nodeEdits.isEmpty() && nodeChanges.isEmpty() && graphEdits.isEmpty()) return model;
    return model.withGraph(apply(model.graph(), top));
  }

  @SuppressWarnings("ReferenceEquality") // nodes are edited by identity
  private Graph apply(Graph graph, GraphEditor editor) {
    for (Node node : graph.nodes()) {
      Node current = withBodies(node);
      for (UnaryOperator<Node> change : nodeChanges.getOrDefault(node, List.of()))
        current = change.apply(current);
      if (current != node) editor.replace(node, current);
      NodeEdit edit = nodeEdits.get(node);
      if (edit != null) edit.apply(editor, current);
    }
    for (Consumer<GraphEditor> edit : graphEdits.getOrDefault(graph, List.of()))
      edit.accept(editor);
    editor.prune();
    return editor.toGraph();
  }

  private Node withBodies(Node node) {
    if (node.bodies().isEmpty()) return node;
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    node.attributes().forEach((name, value) -> attributes.put(name, withBodies(value)));
    return node.withAttributes(attributes);
  }

  private Attribute withBodies(Attribute attribute) {
    return switch (attribute) {
      case Attribute.OfGraph(Graph body) -> new Attribute.OfGraph(body(body));
      case Attribute.OfGraphs(List<Graph> bodies) ->
          new Attribute.OfGraphs(bodies.stream().map(this::body).toList());
      case Attribute.OfInt ignored -> attribute;
      case Attribute.OfFloat ignored -> attribute;
      case Attribute.OfString ignored -> attribute;
      case Attribute.OfTensor ignored -> attribute;
      case Attribute.OfInts ignored -> attribute;
      case Attribute.OfFloats ignored -> attribute;
      case Attribute.OfStrings ignored -> attribute;
      case Attribute.OfReference ignored -> attribute;
      case Attribute.OfOpaque ignored -> attribute;
    };
  }

  private Graph body(Graph body) {
    return apply(body, new GraphEditor(body));
  }
}
