package dev.halftone.toolkit;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.kernels.Kernels;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The machine that this runs on.
 *
 * @param onnxRuntime its version, after it was loaded and has run a model of one node
 * @param heapBytes that the JVM may use
 */
public record Machine(
    String jdk,
    String os,
    Cpu cpu,
    int processors,
    long heapBytes,
    String onnxRuntime,
    String kernels,
    Target target) {

  /**
   * Looks, and tries ONNX Runtime out.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses the smallest of
   *     models
   */
  public static Machine examine() {
    Cpu cpu = Cpu.detect();
    return new Machine(
        Provenance.javaRuntime(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        cpu,
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory(),
        tryOnnxRuntime(),
        Kernels.provider(),
        Target.of(cpu));
  }

  private static String tryOnnxRuntime() {
    try (RunnableModel model = RunnableModel.open(negation(), List.of(), RunOptions.deployed())) {
      float answer =
          model
              .run(Map.of("x", Tensor.ofFloats(new float[] {1}, 1)))
              .getOrDefault("y", Tensor.scalar(0))
              .floatAt(0);
      if (answer != -1) throw new IllegalStateException("ONNX Runtime says that -(1) is " + answer);
      return "ONNX Runtime " + Versions.onnxRuntime() + ", works";
    }
  }

  private static Model negation() {
    TensorType type = TensorType.fixed(DType.FLOAT32, 1);
    List<Node> nodes = List.of(Node.of("negate", "Neg", List.of("x"), List.of("y")));
    Graph graph =
        new Graph(
            "doctor",
            nodes,
            Map.of(),
            List.of(new ValueInfo("x", type)),
            List.of(new ValueInfo("y", type)),
            List.of(),
            Opaque.NONE);
    return new Model(7, new TreeMap<>(Map.of("", 13L)), graph, List.of(), Map.of(), Opaque.NONE);
  }
}
