package dev.halftone.quantize.qdq;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Map;

/**
 * What the recipe, the operators' own limits and the cost of small layers leave to be quantized.
 *
 * @param opset the version of the standard operator set that will be written
 * @param tooSlow linear operators that would be slower in integers, by output name, with the reason
 */
record StaticSelection(Recipe recipe, long opset, Map<String, String> tooSlow)
    implements Placer.Selection {
  /** QLinearConv and QLinearMatMul came with this version. */
  private static final long INTEGER_OPERATORS = 10;

  @Override
  public String objection(Node node, GraphIndex index) {
    Tensor weight = index.constant(node.input(1));
    long elements = weight == null ? 0 : weight.count();
    if (!recipe.selects(node.label(), node.opType(), elements)) return "excluded";
    if (opset < INTEGER_OPERATORS)
      return "operator set %d has no integer form of it".formatted(opset);
    if (index.constant(node.input(0)) != null) return "its left operand is a constant";
    if (weight == null) return withoutWeight(node, index);
    if (weight.dtype() != DType.FLOAT32) return "its weight is " + weight.dtype();
    if (weight.count() == 0 || weight.rank() < 2) return "its weight has no channels";
    if (node.is("MatMul") && weight.rank() != 2) return "its weight is a batch of matrices";
    if (node.is("Gemm") && !isPlainGemm(node, index))
      return "its alpha, transA or C has no integer form";
    if (node.is("Conv") && !node.input(2).isEmpty() && index.constant(node.input(2)) == null) {
      return "its bias depends on the input";
    }
    if (isSharedByOthers(node, index, elements))
      return "its weight is shared by nodes that rules give different settings";
    return recipe.quantizeEverything() ? "" : tooSlow.getOrDefault(node.output(0), "");
  }

  private static String withoutWeight(Node node, GraphIndex index) {
    Node producer = index.producer(node.input(1));
    return producer != null && producer.is("DequantizeLinear")
        ? "already quantized"
        : "both operands depend on the input";
  }

  /** Whether quantized readers of the node's weight are to have it in different forms. */
  private boolean isSharedByOthers(Node node, GraphIndex index, long elements) {
    return index.consumers(node.input(1)).stream()
            .filter(reader -> recipe.selects(reader.label(), reader.opType(), elements))
            .map(reader -> recipe.forNode(reader.label(), reader.opType(), elements))
            .distinct()
            .count()
        > 1;
  }

  private static boolean isPlainGemm(Node gemm, GraphIndex index) {
    if (gemm.real("alpha", 1f) != 1f || gemm.integer("transA", 0) != 0) return false;
    if (gemm.input(2).isEmpty()) return true;
    Tensor weight = index.constant(gemm.input(1));
    Tensor bias = index.constant(gemm.input(2));
    if (weight == null || bias == null || bias.dtype() != DType.FLOAT32) return false;
    long channels = weight.dimension(gemm.integer("transB", 0) != 0 ? 0 : 1);
    return bias.count() == channels && bias.rank() > 0 && bias.dimension(-1) == channels;
  }

  @Override
  public boolean allows(Node node) {
    return recipe.selects(node.label(), node.opType(), 0);
  }

  @Override
  public boolean symmetric() {
    return recipe.symmetricActivations();
  }

  @Override
  public boolean eightBit() {
    return recipe.activations().bits() <= 8;
  }
}
