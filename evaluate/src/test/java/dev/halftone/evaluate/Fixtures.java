package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.data.Samples;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A small classifier {@code scores = relu(x·w)·v}, versions of it, and samples. */
final class Fixtures {
  static final int SAMPLES = 40;

  private Fixtures() {}

  static Path write(Path folder, String name, Graph graph) {
    Path file = folder.resolve(name + ".onnx");
    Model model =
        new Model(
            8,
            new TreeMap<>(Map.of("", 17L, "com.microsoft", 1L)),
            graph,
            List.of(),
            Map.of(),
            Opaque.NONE);
    OnnxWriter.write(model, file, OnnxWriter.ExternalData.WHEN_NEEDED);
    return file;
  }

  static Graph graph(DType dtype, Map<String, Tensor> initializers, Node... nodes) {
    return new Graph(
        "classifier",
        List.of(nodes),
        initializers,
        List.of(value("x", dtype, 4)),
        List.of(value("scores", dtype, 3)),
        List.of(),
        Opaque.NONE);
  }

  private static ValueInfo value(String name, DType dtype, long size) {
    return new ValueInfo(
        name,
        new TensorType(dtype, List.of(new Dimension.Symbolic("N"), new Dimension.Fixed(size))));
  }

  static Graph classifier() {
    return graph(
        DType.FLOAT32,
        Map.of("w", random(1, 4, 5), "v", random(2, 5, 3)),
        Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
        Node.of("active", "Relu", List.of("hidden"), List.of("rectified")),
        Node.of("second", "MatMul", List.of("rectified", "v"), List.of("scores")));
  }

  /** With the values between the operators stored in 8 bits of the scale. */
  static Graph quantized(float scale) {
    return graph(
        DType.FLOAT32,
        Map.of(
            "w",
            random(1, 4, 5),
            "v",
            random(2, 5, 3),
            "s",
            Tensor.scalar(scale),
            "z",
            Tensor.ofBytes(DType.UINT8, new byte[1])),
        Node.of("first", "MatMul", List.of("x", "w"), List.of("hidden")),
        Node.of("active", "Relu", List.of("hidden"), List.of("rectified")),
        Node.of(
            "q", "QuantizeLinear", List.of("rectified", "s", "z"), List.of("rectified_quantized")),
        Node.of(
            "dq",
            "DequantizeLinear",
            List.of("rectified_quantized", "s", "z"),
            List.of("rectified_dequantized")),
        Node.of("second", "MatMul", List.of("rectified_dequantized", "v"), List.of("scores")));
  }

  static Graph half() {
    return graph(
        DType.FLOAT16,
        Map.of("w", random(1, 4, 5), "v", random(2, 5, 3)),
        cast("widen", "x", "x32", 1),
        Node.of("first", "MatMul", List.of("x32", "w"), List.of("hidden")),
        Node.of("active", "Relu", List.of("hidden"), List.of("rectified")),
        Node.of("second", "MatMul", List.of("rectified", "v"), List.of("wide")),
        cast("narrow", "wide", "scores", 10));
  }

  private static Node cast(String name, String from, String to, int type) {
    return new Node(
        name,
        "",
        "Cast",
        List.of(from),
        List.of(to),
        Map.of("to", new Attribute.OfInt(type)),
        Opaque.NONE);
  }

  static Tensor random(long seed, long... shape) {
    Random random = new Random(seed);
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = random.nextFloat() - 0.5f;
    return Tensor.ofFloats(values, shape);
  }

  static DataSet data(Task task, @Nullable Targets targets) {
    Samples samples =
        new Samples() {
          @Override
          public int size() {
            return SAMPLES;
          }

          @Override
          public Map<String, Tensor> get(int row) {
            return Map.of("x", random(100 + row, 1, 4));
          }
        };
    return new DataSet(samples, targets, task, Map.of(), Set.of(), "none");
  }

  static Targets.Classes labels(int... labels) {
    return new Targets.Classes(IntStream.of(labels).boxed().toList());
  }
}
