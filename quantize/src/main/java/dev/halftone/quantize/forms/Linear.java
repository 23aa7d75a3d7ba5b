package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A MatMul or Gemm whose right operand is a constant matrix: {@code y = alpha x W + C}.
 *
 * @param transposed whether the constant lies as {@code [N, K]}
 * @param rows {@code K}, what is summed over
 * @param columns {@code N}, output channels
 * @param alpha factor of the product, 1 for MatMul
 * @param bias name of Gemm's {@code C}, empty when there is none
 */
public record Linear(
    Node node, boolean transposed, long rows, long columns, float alpha, String bias) {
  private static final Set<String> ACTIVATIONS =
      Set.of(
          "Elu",
          "HardSigmoid",
          "LeakyRelu",
          "Relu",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Softsign",
          "Tanh",
          "ThresholdedRelu");

  /**
   * The node as such, or null when it is another operator, or a Gemm with {@code transA} or with a
   * bias times something.
   */
  public static @Nullable Linear of(Node node, Tensor weight) {
    if (weight.rank() != 2 || weight.count() == 0) return null;
    if (node.is("MatMul"))
      return new Linear(node, false, weight.dimension(0), weight.dimension(1), 1f, "");
    if (!node.is("Gemm") || node.integer("transA", 0) != 0) return null;
    if (!node.input(2).isEmpty() && node.real("beta", 1f) != 1f) return null;
    boolean transposed = node.integer("transB", 0) != 0;
    long rows = weight.dimension(transposed ? 1 : 0);
    long columns = weight.dimension(transposed ? 0 : 1);
    return new Linear(node, transposed, rows, columns, node.real("alpha", 1f), node.input(2));
  }

  /** Whether both can read the same codes and scales. */
  public boolean readsAlike(Linear other) {
    return transposed == other.transposed && alpha == other.alpha;
  }

  /**
   * Whether the node is a Gemm that ONNX Runtime 1.29 does not make one operator of with the weight
   * that it decodes, so that the weight would be decoded at every run: it takes only a bias {@code
   * [N]}, and merges Gemm with an activation that alone reads it first (GemmActivationFusion).
   */
  public boolean losesItsWeight(GraphIndex index) {
    return node.is("Gemm")
        && (!(bias.isEmpty() || isRow(index.constant(bias))) || isActivated(index));
  }

  private boolean isRow(@Nullable Tensor value) {
    return value != null && value.rank() == 1 && value.count() == columns;
  }

  private boolean isActivated(GraphIndex index) {
    Node reader = index.onlyConsumer(node.output(0));
    return reader != null && reader.domain().isEmpty() && ACTIVATIONS.contains(reader.opType());
  }

  /**
   * The node reading {@code [K, N]} weights that have {@code alpha} in them.
   *
   * @param apart MatMul and Sum in place of Gemm; a MatMul and an Add would be made a Gemm again
   */
  void emit(Emission emission, String weight, boolean apart) {
    if (node.is("MatMul")) {
      emission.add(node.withInputs(List.of(node.input(0), weight)));
    } else if (apart) {
      boolean plain = bias.isEmpty();
      String product = plain ? node.output(0) : emission.fresh(node.output(0) + "_product");
      emission.add(
          Node.of(node.name(), "MatMul", List.of(node.input(0), weight), List.of(product)));
      if (!plain) emission.add("Sum", node.output(0), product, bias);
    } else {
      emission.add(gemm(weight));
    }
  }

  private Node gemm(String weight) {
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.keySet().removeAll(List.of("transB", "alpha", "beta"));
    List<String> inputs =
        bias.isEmpty() ? List.of(node.input(0), weight) : List.of(node.input(0), weight, bias);
    return node.withInputs(inputs).withAttributes(attributes);
  }
}
