package dev.halftone.bench.generate;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Puts a model together node by node; values are passed on by name. */
public final class ModelBuilder {
  private static final long IR_VERSION = 8;
  private static final long OPSET = 17;

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<ValueInfo> outputs = new ArrayList<>();

  /** Declares an input and returns its name. */
  public String input(String name, TensorType type) {
    inputs.add(new ValueInfo(name, type));
    return name;
  }

  /** Adds an initializer and returns its name. */
  public String constant(String name, Tensor value) {
    initializers.put(name, value);
    return name;
  }

  /** Adds a node with one output, {@code name.out}, and returns the output's name. */
  public String node(
      String opType, String name, List<String> from, Map<String, Attribute> attributes) {
    String output = name + ".out";
    nodes.add(
        new Node(name, "", opType, from, List.of(output), new TreeMap<>(attributes), Opaque.NONE));
    return output;
  }

  /** Adds a node without attributes. */
  public String node(String opType, String name, String... from) {
    return node(opType, name, List.of(from), Map.of());
  }

  /** Gives the last node's output its final name and declares it. */
  public void output(String name, TensorType type) {
    nodes.add(nodes.removeLast().withOutputs(List.of(name)));
    outputs.add(new ValueInfo(name, type));
  }

  public Model build(String name) {
    Graph graph = new Graph(name, nodes, initializers, inputs, outputs, List.of(), Opaque.NONE);
    return new Model(
        IR_VERSION, new TreeMap<>(Map.of("", OPSET)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  /** An attribute that lists integers. */
  public static Attribute ints(long... values) {
    return new Attribute.OfInts(Arrays.stream(values).boxed().toList());
  }
}
