package dev.halftone.runtime;

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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Small graphs for tests. */
final class Models {
  private Models() {}

  static Model model(
      List<ValueInfo> inputs,
      List<ValueInfo> outputs,
      Map<String, Tensor> initializers,
      Node... nodes) {
    Graph graph =
        new Graph("test", List.of(nodes), initializers, inputs, outputs, List.of(), Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  /** A value; dimensions below zero are free: -1 is "N", -2 is "M". */
  static ValueInfo value(String name, DType dtype, long... shape) {
    List<Dimension> dimensions =
        Arrays.stream(shape)
            .<Dimension>mapToObj(
                size ->
                    size >= 0
                        ? new Dimension.Fixed(size)
                        : new Dimension.Symbolic(size == -1 ? "N" : "M"))
            .toList();
    return new ValueInfo(name, new TensorType(dtype, dimensions));
  }

  static Node node(String opType, List<String> inputs, List<String> outputs, Object... attributes) {
    Map<String, Attribute> map = new LinkedHashMap<>();
    for (int i = 0; i < attributes.length; i += 2) {
      map.put((String) attributes[i], attribute(attributes[i + 1]));
    }
    return new Node(opType.toLowerCase(Locale.ROOT), "", opType, inputs, outputs, map, Opaque.NONE);
  }

  private static Attribute attribute(Object value) {
    return switch (value) {
      case Integer integer -> new Attribute.OfInt(integer);
      case Float real -> new Attribute.OfFloat(real);
      case long[] integers -> new Attribute.OfInts(Arrays.stream(integers).boxed().toList());
      default -> throw new IllegalArgumentException(value.toString());
    };
  }

  /** {@code y = relu(x * w)} with x [N, 2], w [2, 3], and the inner value {@code product}. */
  static Model perceptron() {
    return model(
        List.of(value("x", DType.FLOAT32, -1, 2)),
        List.of(value("y", DType.FLOAT32, -1, 3)),
        Map.of("w", Tensor.ofFloats(new float[] {1, -1, 2, 0.5f, 3, -2}, 2, 3)),
        node("MatMul", List.of("x", "w"), List.of("product")),
        node("Relu", List.of("product"), List.of("y")));
  }
}
