package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Products by ONNX Runtime's {@code MatMulNBits}: codes {@code [N, K / block, block * bits / 8]}
 * bytes, the weight turned so that a row is an output channel, scales {@code [N, K / block]}.
 * Unlike {@link BlockProduct} it works under any operator set, in bodies, and for several readers
 * of one weight.
 *
 * @param linears the readers, all with {@code alpha} 1
 */
public record PackedProduct(CodeRequest request, List<Linear> linears)
    implements WeightForm.Encoded {
  /**
   * Activations as 8-bit integers by block: what ONNX Runtime chooses too when it fuses a
   * DequantizeLinear.
   */
  private static final long ACCURACY_LEVEL = 4;

  public PackedProduct {
    linears = List.copyOf(linears);
  }

  @Override
  public int axis() {
    return linears.getFirst().transposed() == request.layout().blocks() > 1 ? 1 : 0;
  }

  @Override
  public boolean needsMicrosoft() {
    return true;
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    CodeLayout layout = codes.layout();
    String name = constant.name();
    long blockBytes = layout.block() * codes.format().bits() / 8;
    List<String> parts = new ArrayList<>();
    parts.add(
        Emission.constant(
            rewrite,
            constant.owner(),
            name + "_quantized",
            codes.packed(layout.outer(), layout.blocks(), blockBytes)));
    parts.add(ScaleForm.add(constant, codes, rewrite, 1f, layout.outer(), layout.blocks()));
    if (!codes.format().symmetric()) {
      parts.add(
          Emission.constant(
              rewrite, constant.owner(), name + "_zero_point", codes.packedZeroPointRows()));
    }
    for (Linear linear : linears) multiply(linear, parts, codes, rewrite);
  }

  private static void multiply(Linear linear, List<String> parts, Codes codes, Rewrite rewrite) {
    Node node = linear.node();
    List<String> inputs = new ArrayList<>(parts);
    inputs.addFirst(node.input(0));
    Emission emission = new Emission(rewrite);
    boolean plain = linear.bias().isEmpty();
    String product = plain ? node.output(0) : emission.fresh(node.output(0) + "_product");
    emission.add(
        new Node(
            node.name(),
            Emission.MICROSOFT,
            "MatMulNBits",
            inputs,
            List.of(product),
            attributes(linear, codes),
            Opaque.NONE));
    if (!plain) emission.add("Add", node.output(0), product, linear.bias());
    emission.replace(node);
  }

  private static Map<String, Attribute> attributes(Linear linear, Codes codes) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("K", new Attribute.OfInt(linear.rows()));
    attributes.put("N", new Attribute.OfInt(linear.columns()));
    attributes.put("bits", new Attribute.OfInt(codes.format().bits()));
    attributes.put("block_size", new Attribute.OfInt(codes.layout().block()));
    attributes.put("accuracy_level", new Attribute.OfInt(ACCURACY_LEVEL));
    return attributes;
  }
}
