package dev.halftone.bench.digits;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
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
import java.util.TreeMap;

/**
 * The network as an ONNX model: input {@code image [N, 1, 28, 28]}, gray values from 0 to 255 as
 * they lie in the file; output {@code logits [N, 10]}. Batch normalizations stay nodes of their
 * own, as a training framework leaves them.
 */
final class DigitsModel {
  private static final long OPSET = 17;
  private static final long IR_VERSION = 8;

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private String value = "image";

  private DigitsModel() {}

  static Model of(Network network) {
    return new DigitsModel().build(network);
  }

  private Model build(Network network) {
    int last = network.layers.size() - 1;
    for (int i = 0; i <= last; i++) add(network.layers.get(i), i, i == last);
    List<Dimension> image =
        List.of(batch(), fixed(1), fixed(DigitPainter.SIDE), fixed(DigitPainter.SIDE));
    Graph graph =
        new Graph(
            "digits",
            nodes,
            initializers,
            List.of(new ValueInfo("image", new TensorType(DType.FLOAT32, image))),
            List.of(
                new ValueInfo(
                    "logits",
                    new TensorType(DType.FLOAT32, List.of(batch(), fixed(Strokes.DIGITS))))),
            List.of(),
            Opaque.NONE);
    return new Model(
        IR_VERSION, new TreeMap<>(Map.of("", OPSET)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  private static Dimension batch() {
    return new Dimension.Symbolic("N");
  }

  private static Dimension fixed(long size) {
    return new Dimension.Fixed(size);
  }

  private void add(Layer layer, int index, boolean isLast) {
    switch (layer) {
      case Convolution convolution -> addConvolution(convolution, "conv" + index);
      case BatchNorm norm -> addBatchNorm(norm, "norm" + index);
      case Relu _ -> addNode("Relu", "relu" + index, List.of(), Map.of());
      case MaxPool _ ->
          addNode(
              "MaxPool",
              "pool" + index,
              List.of(),
              Map.of("kernel_shape", ints(2, 2), "strides", ints(2, 2)));
      case Dense dense -> addDense(dense, "dense" + index, isLast);
    }
  }

  /** The first convolution takes gray values up to 255 where training used values up to 1. */
  private void addConvolution(Convolution convolution, String name) {
    float[] weights = convolution.weights.value().clone();
    if (nodes.isEmpty()) {
      for (int i = 0; i < weights.length; i++) weights[i] /= 255;
    }
    initializers.put(
        name + ".weight",
        Tensor.ofFloats(weights, convolution.channelsOut, convolution.channelsIn, 3, 3));
    addNode(
        "Conv",
        name,
        List.of(name + ".weight"),
        Map.of("kernel_shape", ints(3, 3), "pads", ints(1, 1, 1, 1)));
  }

  private void addBatchNorm(BatchNorm norm, String name) {
    Map<String, float[]> parts = new LinkedHashMap<>();
    parts.put(name + ".scale", norm.scale.value());
    parts.put(name + ".shift", norm.shift.value());
    parts.put(name + ".mean", norm.runningMean);
    parts.put(name + ".variance", norm.runningVariance);
    parts.forEach((part, values) -> initializers.put(part, Tensor.ofFloats(values, values.length)));
    addNode(
        "BatchNormalization",
        name,
        List.copyOf(parts.keySet()),
        Map.of("epsilon", new Attribute.OfFloat(BatchNorm.EPSILON)));
  }

  private void addDense(Dense dense, String name, boolean isLast) {
    if (nodes.stream().noneMatch(node -> node.is("Flatten"))) {
      addNode("Flatten", "flatten", List.of(), Map.of());
    }
    initializers.put(name + ".weight", Tensor.ofFloats(dense.weights.value(), dense.out, dense.in));
    initializers.put(name + ".bias", Tensor.ofFloats(dense.bias.value(), dense.out));
    List<String> constants = List.of(name + ".weight", name + ".bias");
    addNode("Gemm", name, constants, Map.of("transB", new Attribute.OfInt(1)));
    if (isLast) {
      Node end = nodes.removeLast();
      nodes.add(end.withOutputs(List.of("logits")));
    }
  }

  private static Attribute ints(long... values) {
    return new Attribute.OfInts(java.util.Arrays.stream(values).boxed().toList());
  }

  private void addNode(
      String opType, String name, List<String> constants, Map<String, Attribute> attributes) {
    List<String> inputs = new ArrayList<>(List.of(value));
    inputs.addAll(constants);
    value = name + ".out";
    nodes.add(
        new Node(name, "", opType, inputs, List.of(value), new TreeMap<>(attributes), Opaque.NONE));
  }
}
