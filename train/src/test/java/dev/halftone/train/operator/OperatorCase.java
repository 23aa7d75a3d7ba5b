package dev.halftone.train.operator;

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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** One node with inputs, as a model of its own. */
record OperatorCase(
    String operator,
    long opset,
    List<Tensor> inputs,
    Map<String, Attribute> attributes,
    int outputs) {

  /** The operator at operator set 17, which most rules have held at since. */
  static OperatorCase of(String operator, Tensor... inputs) {
    return new OperatorCase(operator, 17, List.of(inputs), Map.of(), 1);
  }

  OperatorCase opset(long version) {
    return new OperatorCase(operator, version, inputs, attributes, outputs);
  }

  OperatorCase outputs(int count) {
    return new OperatorCase(operator, opset, inputs, attributes, count);
  }

  OperatorCase with(String name, int value) {
    return with(name, new Attribute.OfInt(value));
  }

  OperatorCase with(String name, float value) {
    return with(name, new Attribute.OfFloat(value));
  }

  OperatorCase with(String name, String value) {
    return with(name, new Attribute.OfString(value));
  }

  OperatorCase with(String name, Attribute value) {
    Map<String, Attribute> more = new LinkedHashMap<>(attributes);
    more.put(name, value);
    return new OperatorCase(operator, opset, inputs, more, outputs);
  }

  /** A list as an attribute. */
  static Attribute ints(long... values) {
    return new Attribute.OfInts(Arrays.stream(values).boxed().toList());
  }

  /** Normally distributed numbers that follow from the shape. */
  static Tensor normal(long... shape) {
    Random random = new Random(Arrays.hashCode(shape));
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return Tensor.ofFloats(values, shape);
  }

  /** Numbers from 0.1 to 2, which roots, logarithms and variances can be taken of. */
  static Tensor positive(long... shape) {
    Random random = new Random(Arrays.hashCode(shape));
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = 0.1f + 1.9f * random.nextFloat();
    return Tensor.ofFloats(values, shape);
  }

  static Tensor floats(float... values) {
    return Tensor.ofFloats(values, values.length);
  }

  static Tensor longs(long... values) {
    return Tensor.ofLongs(values, values.length);
  }

  static Tensor booleans(long[] shape, int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) values[i];
    return Tensor.ofBytes(DType.BOOL, bytes, shape);
  }

  /** Stands for an input that is left out. */
  static final Tensor NONE = Tensor.ofFloats(new float[0], 0);

  /** Integers are constants, as shapes and indices are in models; the others are fed. */
  Model model() {
    List<ValueInfo> fed = new ArrayList<>();
    Map<String, Tensor> constants = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor input = inputs.get(i);
      names.add(input == NONE ? "" : "in" + i);
      if (input == NONE) continue;
      if (isFed(i))
        fed.add(new ValueInfo("in" + i, TensorType.fixed(input.dtype(), input.shape())));
      else constants.put("in" + i, input);
    }
    List<String> outs = new ArrayList<>();
    for (int i = 0; i < outputs; i++) outs.add("out" + i);
    Node node = new Node("node", "", operator, names, outs, attributes, Opaque.NONE);
    Graph graph =
        new Graph(
            "case",
            List.of(node),
            constants,
            fed,
            outs.stream().map(name -> new ValueInfo(name, null)).toList(),
            List.of(),
            Opaque.NONE);
    return new Model(
        opset >= 21 ? 10 : 8,
        new TreeMap<>(Map.of("", opset)),
        graph,
        List.of(),
        Map.of(),
        Opaque.NONE);
  }

  Map<String, Tensor> fed() {
    Map<String, Tensor> fed = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) if (isFed(i)) fed.put("in" + i, inputs.get(i));
    return fed;
  }

  private boolean isFed(int index) {
    Tensor input = inputs.get(index);
    return input != NONE && (index == 0 || input.dtype().isFloat());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(operator).append('-').append(opset);
    attributes.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
    inputs.forEach(input -> text.append(' ').append(input));
    return text.toString();
  }
}
