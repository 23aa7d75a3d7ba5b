package dev.halftone.quantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Builds small models for tests, line by line. */
public final class Graphs {
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<ValueInfo> outputs = new ArrayList<>();
  private final Random random;

  public Graphs(long seed) {
    random = new Random(seed);
  }

  public Graphs input(String name, long... shape) {
    inputs.add(new ValueInfo(name, TensorType.fixed(DType.FLOAT32, shape)));
    return this;
  }

  public Graphs output(String name) {
    outputs.add(new ValueInfo(name, null));
    return this;
  }

  public Graphs constant(String name, Tensor value) {
    initializers.put(name, value);
    return this;
  }

  /** A constant of normally distributed values. */
  public Graphs normal(String name, double deviation, long... shape) {
    return constant(name, normal(random, deviation, shape));
  }

  public static Tensor normal(Random random, double deviation, long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) values[i] = (float) (random.nextGaussian() * deviation);
    return Tensor.ofFloats(values, shape);
  }

  /** A node named after its output. */
  public Graphs node(String opType, String inputs, String output, Object... attributes) {
    Map<String, Attribute> map = new LinkedHashMap<>();
    for (int i = 0; i < attributes.length; i += 2)
      map.put((String) attributes[i], attribute(attributes[i + 1]));
    List<String> names = inputs.isEmpty() ? List.of() : List.of(inputs.split(" ", -1));
    nodes.add(new Node(output + "_node", "", opType, names, List.of(output), map, Opaque.NONE));
    return this;
  }

  /** An attribute, as {@link #node(String, String, String, Object...)} takes its values. */
  public static Attribute attribute(Object value) {
    return switch (value) {
      case Integer i -> new Attribute.OfInt(i);
      case Float f -> new Attribute.OfFloat(f);
      case String text -> new Attribute.OfString(text);
      case Tensor t -> new Attribute.OfTensor(t);
      case Graph body -> new Attribute.OfGraph(body);
      case float[] floats ->
          new Attribute.OfFloats(
              IntStream.range(0, floats.length).mapToObj(i -> floats[i]).toList());
      case int[] ints ->
          new Attribute.OfInts(java.util.Arrays.stream(ints).mapToObj(i -> (long) i).toList());
      default -> throw new IllegalArgumentException("attribute " + value);
    };
  }

  /** An input of which not even the rank is known. */
  public Graphs inputOfAnyShape(String name) {
    inputs.add(new ValueInfo(name, new TensorType(DType.FLOAT32, null)));
    return this;
  }

  /** Scale, shift, mean and variance of a BatchNormalization, named after it. */
  public Graphs normalization(String name, int channels) {
    float[] variance = new float[channels];
    for (int c = 0; c < channels; c++) variance[c] = 0.5f + random.nextFloat();
    return normal(name + "_scale", 1, channels)
        .normal(name + "_shift", 1, channels)
        .normal(name + "_mean", 1, channels)
        .constant(name + "_variance", Tensor.ofFloats(variance, channels));
  }

  /** An input of any type; no dimension means a scalar. */
  public Graphs input(String name, DType dtype, long... shape) {
    inputs.add(new ValueInfo(name, TensorType.fixed(dtype, shape)));
    return this;
  }

  /** A node of another domain with several outputs, divided by spaces. */
  public Graphs node(
      String domain,
      String opType,
      String inputs,
      String outputs,
      Map<String, Attribute> attributes) {
    List<String> given = List.of(outputs.split(" ", -1));
    nodes.add(
        new Node(
            given.getFirst() + "_node",
            domain,
            opType,
            List.of(inputs.split(" ", -1)),
            given,
            attributes,
            Opaque.NONE));
    return this;
  }

  public Graph graph() {
    return new Graph("test", nodes, initializers, inputs, outputs, List.of(), Opaque.NONE);
  }

  public Model model(long opset) {
    TreeMap<String, Long> opsets = new TreeMap<>(Map.of("", opset));
    return new Model(8, opsets, graph(), List.of(), Map.of(), Opaque.NONE);
  }
}
