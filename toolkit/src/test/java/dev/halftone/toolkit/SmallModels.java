package dev.halftone.toolkit;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Models small enough to be built where they are used. */
final class SmallModels {
  private SmallModels() {}

  /** Two dense layers: {@code x [N, 16] → relu(x · W1) · W2 → y [N, 4]}. */
  static Model dense() {
    List<Node> nodes =
        List.of(
            Node.of("first", "MatMul", List.of("x", "w1"), List.of("h")),
            Node.of("relu", "Relu", List.of("h"), List.of("r")),
            Node.of("second", "MatMul", List.of("r", "w2"), List.of("y")),
            Node.of("last", "Softmax", List.of("y"), List.of("p")));
    return model(
        nodes, Map.of("w1", weights(1, 16, 32), "w2", weights(2, 32, 4)), type(16), "p", type(4));
  }

  /** One convolution of 8 channels: {@code x [N, 3, 8, 8] → y [N, 8, 6, 6]}. */
  static Model convolution() {
    List<Node> nodes = List.of(Node.of("conv", "Conv", List.of("x", "w"), List.of("y")));
    return model(nodes, Map.of("w", weights(3, 8, 3, 3, 3)), type(3, 8, 8), "y", type(8, 6, 6));
  }

  static Model model(
      List<Node> nodes,
      Map<String, Tensor> weights,
      TensorType input,
      String output,
      TensorType outputType) {
    Graph graph =
        new Graph(
            "test",
            nodes,
            weights,
            List.of(new ValueInfo("x", input)),
            List.of(new ValueInfo(output, outputType)),
            List.of(),
            Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  /** Floats with a free batch axis. */
  static TensorType type(long... rest) {
    List<Dimension> shape = new java.util.ArrayList<>();
    shape.add(new Dimension.Symbolic("N"));
    for (long size : rest) shape.add(new Dimension.Fixed(size));
    return new TensorType(DType.FLOAT32, shape);
  }

  static Tensor weights(long seed, long... shape) {
    Random random = new Random(seed);
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian() / 4;
    return Tensor.ofFloats(values, shape);
  }
}
