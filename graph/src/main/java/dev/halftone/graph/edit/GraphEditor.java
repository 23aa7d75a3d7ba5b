package dev.halftone.graph.edit;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph under change. Nodes are replaced, added and removed by identity; {@link #toGraph()} sorts
 * them topologically (keeping the order of the file where it can) and gives the new immutable
 * graph. Names used anywhere in the graph, its bodies included, are known, so that {@link
 * #freshName} never collides.
 */
public final class GraphEditor {
  private final Graph original;
  private final List<Node> nodes;
  private final Map<String, Tensor> initializers;
  private List<ValueInfo> inputs;
  private List<ValueInfo> outputs;
  private List<ValueInfo> values;
  private final Set<String> names = new HashSet<>();

  public GraphEditor(Graph graph) {
    this.original = graph;
    this.nodes = new ArrayList<>(graph.nodes());
    this.initializers = new LinkedHashMap<>(graph.initializers());
    this.inputs = graph.inputs();
    this.outputs = graph.outputs();
    this.values = graph.values();
    collectNames(graph, names);
  }

  /** Every value and node name in the graph and in the bodies of its nodes. */
  private static void collectNames(Graph graph, Set<String> names) {
    names.addAll(graph.initializers().keySet());
    graph.inputs().forEach(value -> names.add(value.name()));
    graph.outputs().forEach(value -> names.add(value.name()));
    for (Node node : graph.nodes()) {
      names.add(node.name());
      names.addAll(node.inputs());
      names.addAll(node.outputs());
      for (Graph body : node.bodies()) collectNames(body, names);
    }
  }

  /** The nodes as they are now, in no promised order after changes. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  public Map<String, Tensor> initializers() {
    return Collections.unmodifiableMap(initializers);
  }

  public List<ValueInfo> inputs() {
    return inputs;
  }

  public List<ValueInfo> outputs() {
    return outputs;
  }

  public void setInputs(List<ValueInfo> newInputs) {
    inputs = List.copyOf(newInputs);
    inputs.forEach(value -> names.add(value.name()));
  }

  public void setOutputs(List<ValueInfo> newOutputs) {
    outputs = List.copyOf(newOutputs);
  }

  /**
   * Drops declared types of inner values for which {@code names} holds; their types may have
   * changed.
   */
  public void forgetTypes(Collection<String> changed) {
    Set<String> gone = new HashSet<>(changed);
    values = values.stream().filter(value -> !gone.contains(value.name())).toList();
  }

  /**
   * The node that gives the value, or null for inputs, initializers and unknown names. A scan:
   * index first when asking often.
   */
  public @Nullable Node producer(String value) {
    for (Node node : nodes) if (node.outputs().contains(value)) return node;
    return null;
  }

  /** Producer of every value, as of now. */
  public Map<String, Node> producers() {
    Map<String, Node> producers = new HashMap<>();
    for (Node node : nodes)
      for (String output : node.outputs()) if (!output.isEmpty()) producers.put(output, node);
    return producers;
  }

  /**
   * Readers of every value as of now, bodies counted; a node that reads a value twice is listed
   * once.
   */
  public Map<String, List<Node>> consumers() {
    Map<String, List<Node>> consumers = new HashMap<>();
    for (Node node : nodes) {
      for (String read : node.reads())
        consumers.computeIfAbsent(read, name -> new ArrayList<>()).add(node);
    }
    return consumers;
  }

  public boolean isOutput(String value) {
    return outputs.stream().anyMatch(output -> output.name().equals(value));
  }

  /**
   * A name that nothing in the graph has: {@code wish}, or {@code wish_1}, {@code wish_2} … It is
   * taken from now on.
   */
  public String freshName(String wish) {
    String name = wish;
    for (int i = 1; name.isEmpty() || !names.add(name); i++) name = wish + "_" + i;
    return name;
  }

  /** Adds a constant under the name, which must be new. */
  public void addInitializer(String name, Tensor value) {
    if (initializers.putIfAbsent(name, value) != null)
      throw new IllegalArgumentException("initializer " + name + " exists");
    names.add(name);
  }

  /** Gives an existing constant another value. */
  public void replaceInitializer(String name, Tensor value) {
    if (initializers.replace(name, value) == null)
      throw new IllegalArgumentException("no initializer " + name);
  }

  public void removeInitializer(String name) {
    initializers.remove(name);
  }

  public void add(Node node) {
    nodes.add(node);
    names.add(node.name());
    names.addAll(node.outputs());
  }

  /** Puts {@code with} where {@code node} is. */
  public void replace(Node node, Node with) {
    nodes.set(indexOf(node), with);
    names.addAll(with.outputs());
  }

  public void remove(Node node) {
    nodes.remove(indexOf(node));
  }

  private int indexOf(Node node) {
    for (int i = 0; i < nodes.size(); i++) if (nodes.get(i) == node) return i;
    throw new IllegalArgumentException("node " + node.label() + " is not in the graph");
  }

  /**
   * Makes every reader of {@code from}, bodies included and the graph's outputs not, read {@code
   * to}.
   */
  public void rewire(String from, String to) {
    for (int i = 0; i < nodes.size(); i++)
      nodes.set(i, renameReads(nodes.get(i), Map.of(from, to)));
  }

  /**
   * The node reading {@code renames.get(name)} in place of each name, in its bodies too where they
   * do not define the name.
   */
  public static Node renameReads(Node node, Map<String, String> renames) {
    Node renamed = node;
    if (node.inputs().stream().anyMatch(renames::containsKey)) {
      renamed =
          node.withInputs(
              node.inputs().stream().map(input -> renames.getOrDefault(input, input)).toList());
    }
    if (node.bodies().stream()
        .anyMatch(body -> body.outerNames().stream().anyMatch(renames::containsKey))) {
      Map<String, Attribute> attributes = new LinkedHashMap<>();
      renamed
          .attributes()
          .forEach((name, attribute) -> attributes.put(name, renameReads(attribute, renames)));
      renamed = renamed.withAttributes(attributes);
    }
    return renamed;
  }

  private static Attribute renameReads(Attribute attribute, Map<String, String> renames) {
    return switch (attribute) {
      case Attribute.OfGraph(Graph body) -> new Attribute.OfGraph(renameOuter(body, renames));
      case Attribute.OfGraphs(List<Graph> bodies) ->
          new Attribute.OfGraphs(bodies.stream().map(body -> renameOuter(body, renames)).toList());
      default -> attribute;
    };
  }

  private static Graph renameOuter(Graph body, Map<String, String> renames) {
    Set<String> outer = body.outerNames();
    Map<String, String> seen = new HashMap<>(renames);
    seen.keySet().retainAll(outer);
    if (seen.isEmpty()) return body;
    List<Node> renamed =
        new ArrayList<>(body.nodes().stream().map(node -> renameReads(node, seen)).toList());
    for (ValueInfo output : body.outputs()) {
      // A body's output keeps its name; where it is an outer value, an Identity takes the renamed
      // one.
      String source = seen.get(output.name());
      if (source != null)
        renamed.add(Node.of("", "Identity", List.of(source), List.of(output.name())));
    }
    return new Graph(
        body.name(),
        renamed,
        body.initializers(),
        body.inputs(),
        body.outputs(),
        body.values(),
        body.opaque());
  }

  /**
   * Removes nodes whose outputs nobody reads, and then constants that nobody reads; graph inputs
   * stay.
   */
  public void prune() {
    Map<String, Node> producers = producers();
    Deque<String> wanted = new ArrayDeque<>();
    outputs.forEach(output -> wanted.add(output.name()));
    Set<String> live = new HashSet<>();
    Set<Node> liveNodes = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    while (!wanted.isEmpty()) {
      String value = wanted.poll();
      if (!live.add(value)) continue;
      Node node = producers.get(value);
      if (node != null && liveNodes.add(node)) wanted.addAll(node.reads());
    }
    nodes.removeIf(node -> !liveNodes.contains(node));
    initializers.keySet().removeIf(name -> !live.contains(name));
    inputs =
        inputs.stream()
            .filter(
                input ->
                    live.contains(input.name())
                        || !original.initializers().containsKey(input.name()))
            .toList();
    Set<String> defined = new HashSet<>(producers().keySet());
    values = values.stream().filter(value -> defined.contains(value.name())).toList();
  }

  /**
   * The graph as it is now, nodes sorted: each after those that it reads from, otherwise in the
   * order that they are held.
   *
   * @throws UnsupportedModelException if the nodes read from each other in a circle
   */
  public Graph toGraph() {
    return new Graph(
        original.name(), sorted(), initializers, inputs, outputs, values, original.opaque());
  }

  private List<Node> sorted() {
    Map<String, Node> producers = producers();
    List<Node> sorted = new ArrayList<>(nodes.size());
    Set<Node> done = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    Set<Node> open = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    for (Node root : nodes) {
      Deque<Node> path = new ArrayDeque<>();
      path.push(root);
      while (!path.isEmpty()) {
        Node node = path.peek();
        if (done.contains(node)) {
          path.pop();
          continue;
        }
        boolean ready = true;
        open.add(node);
        for (String read : node.reads()) {
          Node producer = producers.get(read);
          if (producer == null || done.contains(producer)) continue;
          if (open.contains(producer))
            throw new UnsupportedModelException(node, "the graph has a cycle here");
          path.push(producer);
          ready = false;
        }
        if (ready) {
          path.pop();
          open.remove(node);
          done.add(node);
          sorted.add(node);
        }
      }
    }
    return sorted;
  }
}
