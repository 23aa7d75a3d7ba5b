package dev.halftone.quantize.fold;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns {@code Add(MatMul(a, w), b)} with constant matrix w and constant row b into {@code Gemm(a,
 * w, b)} where a is known to be a matrix: then the bias can be 32-bit and the product and the sum
 * are one integer operator. Gemm's bias broadcasts since version 7.
 */
final class MatrixProducts {
  private static final long BROADCASTING_GEMM = 7;

  private final GraphIndex index;
  private final Map<String, Integer> ranks = new HashMap<>();

  private MatrixProducts(Model model) {
    index = new GraphIndex(model.graph());
    for (ValueInfo value : model.graph().inputs()) remember(value);
    for (ValueInfo value : model.graph().values()) remember(value);
  }

  private void remember(ValueInfo value) {
    TensorType type = value.type();
    if (type != null && type.shape() != null) ranks.put(value.name(), type.shape().size());
  }

  static Model toGemm(Model model) {
    if (model.opset() < BROADCASTING_GEMM) return model;
    MatrixProducts products = new MatrixProducts(model);
    GraphEditor editor = new GraphEditor(model.graph());
    for (Node sum : model.graph().nodes()) {
      Node product = products.productIn(sum);
      if (product == null) continue;
      String bias = sum.input(sum.input(0).equals(product.output(0)) ? 1 : 0);
      List<String> inputs = List.of(product.input(0), product.input(1), bias);
      editor.remove(sum);
      editor.replace(product, Node.of(product.name(), "Gemm", inputs, sum.outputs()));
    }
    return model.withGraph(editor.toGraph());
  }

  /** The matrix product that the sum adds a row to; null when it is something else. */
  private @Nullable Node productIn(Node sum) {
    if (!sum.is("Add")) return null;
    for (int i = 0; i < 2; i++) {
      Node product = index.producer(sum.input(i));
      if (product == null || !product.is("MatMul") || index.onlyConsumer(product.output(0)) != sum)
        continue;
      if (isMatrixProduct(product) && isRow(sum.input(1 - i), product)) return product;
    }
    return null;
  }

  private boolean isMatrixProduct(Node product) {
    Tensor weight = index.constant(product.input(1));
    // ONNX Runtime multiplies whole numbers in MatMul only.
    if (weight == null || !weight.dtype().isFloat()) return false;
    return weight.rank() == 2 && isMatrix(product.input(0));
  }

  private boolean isRow(String value, Node product) {
    Tensor row = index.constant(value);
    Tensor weight = index.constant(product.input(1));
    if (row == null
        || weight == null
        || row.dtype() != weight.dtype()
        || row.rank() == 0
        || row.rank() > 2) return false;
    return row.count() == weight.dimension(1) && row.dimension(-1) == weight.dimension(1);
  }

  private boolean isMatrix(String value) {
    Node producer = index.producer(value);
    if (producer != null && (producer.is("Flatten") || producer.is("Gemm"))) return true;
    if (producer != null && producer.is("Reshape")) {
      Tensor shape = index.constant(producer.input(1));
      if (shape != null) return shape.count() == 2;
    }
    return ranks.getOrDefault(value, 0) == 2;
  }
}
