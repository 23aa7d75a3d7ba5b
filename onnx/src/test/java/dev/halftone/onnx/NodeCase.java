package dev.halftone.onnx;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A node test of ONNX: one operator, its inputs and the outputs it has to give.
 *
 * @param node where the graph has several, which spell out a function, the last of them
 * @param operator the operator or the function
 */
record NodeCase(
    String name, String operator, Node node, List<Tensor> inputs, List<Tensor> outputs) {
  static NodeCase read(Path folder) {
    String name = folder.getFileName().toString();
    Graph graph = OnnxReader.read(folder.resolve("model.onnx")).graph();
    Node node = graph.nodes().getLast();
    boolean function = graph.nodes().size() > 1 && name.startsWith("test_dynamicquantizelinear");
    String operator = function ? "DynamicQuantizeLinear" : node.opType();
    if (graph.nodes().size() > 1 && !function) operator = "a graph of several operators";
    Path data = folder.resolve("test_data_set_0");
    return new NodeCase(name, operator, node, tensors(data, "input"), tensors(data, "output"));
  }

  private static List<Tensor> tensors(Path folder, String kind) {
    List<Tensor> tensors = new ArrayList<>();
    while (true) {
      Path file = folder.resolve(kind + "_" + tensors.size() + ".pb");
      if (!Files.exists(file)) return tensors;
      tensors.add(OnnxTensors.read(file));
    }
  }
}
