package dev.halftone.calibrate;

import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Task;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** Small graphs and samples for tests. */
final class Models {
  private Models() {}

  static Model model(
      List<ValueInfo> inputs,
      List<String> outputs,
      Map<String, Tensor> initializers,
      Node... nodes) {
    List<ValueInfo> values = outputs.stream().map(name -> new ValueInfo(name, null)).toList();
    Graph graph =
        new Graph("test", List.of(nodes), initializers, inputs, values, List.of(), Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  /** A value; -1 is the free axis "N", -2 one of which nothing is said. */
  static ValueInfo value(String name, DType dtype, long... shape) {
    return new ValueInfo(
        name, new TensorType(dtype, Arrays.stream(shape).mapToObj(Models::dimension).toList()));
  }

  private static Dimension dimension(long size) {
    if (size == -1) return new Dimension.Symbolic("N");
    return size < 0 ? new Dimension.Unknown() : new Dimension.Fixed(size);
  }

  static Node node(String opType, List<String> inputs, String output) {
    return Node.of(opType + "_" + output, opType, inputs, List.of(output));
  }

  static Node cast(String input, String output, int type) {
    return node("Cast", List.of(input), output).withAttribute("to", new Attribute.OfInt(type));
  }

  /** {@code product = x w, hidden = relu(product), logits = hidden v} with x [N, 16]. */
  static Model perceptron() {
    return model(
        List.of(value("x", DType.FLOAT32, -1, 16)),
        List.of("logits"),
        Map.of(
            "w",
            Tensor.ofFloats(normal(16 * 32, 1), 16, 32),
            "v",
            Tensor.ofFloats(normal(32 * 4, 2), 32, 4)),
        node("MatMul", List.of("x", "w"), "product"),
        node("Relu", List.of("product"), "hidden"),
        node("MatMul", List.of("hidden", "v"), "logits"));
  }

  static float[] normal(int count, long seed) {
    Random random = new Random(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) x[i] = (float) random.nextGaussian();
    return x;
  }

  static DataSet data(int size, IntFunction<Map<String, Tensor>> sample) {
    return stateful(size, sample, Map.of(), Set.of());
  }

  static DataSet stateful(
      int size,
      IntFunction<Map<String, Tensor>> sample,
      Map<String, String> state,
      Set<Integer> starts) {
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return sample.apply(row);
          }
        };
    return new DataSet(samples, null, new Task.CompareOnly(), state, starts, "");
  }

  /** Rows of {@code x} [1, width], those of each row alike from run to run. */
  static DataSet rows(int size, int width) {
    return data(size, row -> Map.of("x", Tensor.ofFloats(normal(width, 100L + row), 1, width)));
  }
}
