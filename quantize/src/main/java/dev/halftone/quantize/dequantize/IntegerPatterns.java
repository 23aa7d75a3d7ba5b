package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chains of nodes that together stand for one float operator: integer products with their Cast and
 * scales, and tables that are stored as codes.
 */
final class IntegerPatterns {
  private final FloatGraph graph;

  IntegerPatterns(FloatGraph graph) {
    this.graph = graph;
  }

  /** Handles the last node of such a chain. */
  boolean apply(Node original, Node node) {
    if (!original.domain().isEmpty()) return false;
    Node cast = cast(original.input(0));
    String scale = original.input(1);
    if (cast == null) {
      cast = cast(original.input(1));
      scale = original.input(0);
    }
    return cast != null && (product(original, cast, scale) || table(original, cast, scale));
  }

  /**
   * The node that casts integers to the float value, a Sub of zero points between them looked
   * through.
   */
  private @Nullable Node cast(String value) {
    Node node = graph.producer(value);
    if (node != null && node.is("Sub") && graph.constant(node.input(1)) != null)
      node = graph.producer(node.input(0));
    boolean casts = node != null && node.is("Cast") && CastTypes.named(node, "to") == DType.FLOAT32;
    return casts ? node : null;
  }

  /**
   * {@code Mul(Cast(MatMulInteger(x, w)), Mul(scale of x, scale of w))}, and the same with
   * ConvInteger.
   */
  private boolean product(Node last, Node cast, String scale) {
    Node integer = graph.producer(cast.input(0));
    Node scales = graph.producer(scale);
    if (integer == null || scales == null || !scales.is("Mul")) return false;
    boolean convolution = integer.is("ConvInteger");
    if (!convolution && !integer.is("MatMulInteger")) return false;
    Tensor codes = graph.constant(integer.input(1));
    Tensor weightScale = graph.constant(scales.input(1));
    if (weightScale == null) weightScale = graph.constant(scales.input(0));
    String x = graph.twin(integer.input(0));
    Tensor zero = integer.input(3).isEmpty() ? null : graph.constant(integer.input(3));
    if (codes == null
        || weightScale == null
        || x == null
        || (zero == null && !integer.input(3).isEmpty())) return false;
    int axis = convolution ? 0 : codes.rank() - 1;
    Tensor flat = weightScale.reshape(weightScale.count());
    Tensor weight = Decoding.decode(integer, codes, flat, zero, axis, 0);
    String name = graph.addConstant(integer.input(1) + "_float", weight);
    Map<String, Attribute> attributes = integer.attributes();
    String opType = convolution ? "Conv" : "MatMul";
    graph.add(
        new Node(
            integer.name() + "_float",
            "",
            opType,
            List.of(x, name),
            last.outputs(),
            attributes,
            Opaque.NONE));
    return true;
  }

  private @Nullable Tensor zeros(Node last) {
    for (String input : last.inputs()) {
      Node node = graph.producer(input);
      if (node != null && node.is("Sub")) return graph.constant(node.input(1));
    }
    return null;
  }

  /** {@code Mul(Cast(Gather(codes)), scale or Gather(scales))}: rows of a table. */
  private boolean table(Node last, Node cast, String scale) {
    Node rows = graph.producer(cast.input(0));
    Node scaleRows = graph.producer(scale);
    if (rows == null || !rows.is("Gather")) return false;
    boolean single = graph.constant(scale) != null;
    if (!single
        && (scaleRows == null
            || !scaleRows.is("Gather")
            || !scaleRows.input(1).equals(rows.input(1)))) return false;
    Tensor codes = graph.constant(rows.input(0));
    Tensor scales = graph.constant(single || scaleRows == null ? scale : scaleRows.input(0));
    Tensor zeros = zeros(last);
    if (codes == null
        || codes.dtype().isFloat()
        || scales == null
        || scales.dtype() != DType.FLOAT32) return false;
    if (zeros != null && zeros.count() != 1) return false;
    if (!Broadcast.fits(codes.shape(), scales.shape())) return false;
    float zero = zeros == null ? 0 : zeros.floatAt(0);
    float[] values = new float[Math.toIntExact(codes.count())];
    int[] at = Broadcast.indices(last, codes.shape(), scales.shape());
    for (int i = 0; i < values.length; i++)
      values[i] = (codes.longAt(i) - zero) * scales.floatAt(at[i]);
    String name =
        graph.addConstant(rows.input(0) + "_float", Tensor.ofFloats(values, codes.shape()));
    List<String> inputs = new ArrayList<>(List.of(name, rows.input(1)));
    graph.add(rows.withInputs(inputs).withOutputs(last.outputs()));
    return true;
  }
}
