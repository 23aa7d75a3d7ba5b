package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
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
 * A product whose weight comes from a {@code DequantizeLinear} of its own: codes {@code [K, N]}, a
 * scale by column (axis 1) or by block of rows (axis 0, {@code block_size}). ONNX Runtime makes one
 * {@code MatMulNBits} of the two, if the codes are an initializer of the same graph that nobody
 * else reads, blocks are a power of two from 16 to 256, and Gemm has no {@code transB}. Scales of
 * tiles are repeated for each column by a Gather, which is gone by then.
 *
 * @param domain of DequantizeLinear: the standard one, or {@code com.microsoft} where the model's
 *     operator set lacks the type or axis
 * @param apart whether a Gemm is written as MatMul and Sum, see {@link Linear#losesItsWeight}
 */
public record BlockProduct(CodeRequest request, Linear linear, String domain, boolean apart)
    implements WeightForm.Encoded {

  @Override
  public int axis() {
    return linear.transposed() == request.layout().blocks() > 1 ? 1 : 0;
  }

  @Override
  public boolean needsMicrosoft() {
    return !domain.isEmpty();
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    CodeLayout layout = codes.layout();
    String name = constant.name();
    boolean blocked = layout.blocks() > 1;
    long[] scaleShape =
        blocked ? new long[] {layout.blocks(), layout.tiles()} : new long[] {layout.tiles()};
    List<String> inputs = new ArrayList<>();
    inputs.add(
        Emission.constant(
            rewrite,
            constant.owner(),
            name + "_quantized",
            codes.codes(layout.length(), layout.inner())));
    String scale = ScaleForm.add(constant, codes, rewrite, linear.alpha(), scaleShape);
    inputs.add(byColumn(scale, constant, layout, rewrite));
    if (codes.hasZeroPoints()) {
      inputs.add(
          Emission.constant(
              rewrite, constant.owner(), name + "_zero_point", codes.zeroPoints(scaleShape)));
    }
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("axis", new Attribute.OfInt(blocked ? 0 : 1));
    if (blocked) attributes.put("block_size", new Attribute.OfInt(layout.block()));
    Emission emission = new Emission(rewrite);
    String weight = emission.fresh(name + "_dequantized");
    emission.add(domain, "DequantizeLinear", inputs, List.of(weight), attributes);
    linear.emit(emission, weight, apart);
    emission.replace(linear.node());
  }

  /** Scales of tiles for each column; ONNX's own blocks have one axis. */
  private static String byColumn(
      String scale, Constant constant, CodeLayout layout, Rewrite rewrite) {
    Emission emission = new Emission(rewrite);
    int axis = layout.blocks() > 1 ? 1 : 0;
    String repeated =
        new Repetition(axis, layout.inner(), layout.tile()).add(scale, constant, rewrite, emission);
    emission.addTo(constant.owner());
    return repeated;
  }
}
