package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table {@code [V, E]} of 4-bit codes in blocks along each row, read by ONNX Runtime's {@code
 * GatherBlockQuantized}, which decodes the rows asked for. Standard operators cannot gather 4-bit
 * codes.
 *
 * @param gathers the nodes that read the table along axis 0
 * @param block a power of two, at least 16
 */
public record PackedTable(CodeRequest request, List<Node> gathers, long block)
    implements WeightForm.Encoded {
  public PackedTable {
    gathers = List.copyOf(gathers);
  }

  @Override
  public int axis() {
    return request.layout().blocks() > 1 ? 1 : 0;
  }

  @Override
  public boolean needsMicrosoft() {
    return true;
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    String name = constant.name();
    long[] scaleShape = {codes.layout().outer(), codes.layout().blocks()};
    List<String> parts = new ArrayList<>();
    parts.add(
        Emission.constant(
            rewrite, constant.owner(), name + "_quantized", codes.codes(constant.value().shape())));
    parts.add(ScaleForm.add(constant, codes, rewrite, 1f, scaleShape));
    if (codes.hasZeroPoints()) {
      parts.add(
          Emission.constant(
              rewrite, constant.owner(), name + "_zero_point", codes.zeroPoints(scaleShape)));
    }
    for (Node gather : gathers) {
      List<String> inputs = new ArrayList<>(parts);
      inputs.add(1, gather.input(1));
      Emission emission = new Emission(rewrite);
      emission.add(
          new Node(
              gather.name(),
              Emission.MICROSOFT,
              "GatherBlockQuantized",
              inputs,
              gather.outputs(),
              attributes(),
              Opaque.NONE));
      emission.replace(gather);
    }
  }

  private Map<String, Attribute> attributes() {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("gather_axis", new Attribute.OfInt(0));
    attributes.put("quantize_axis", new Attribute.OfInt(1));
    attributes.put("block_size", new Attribute.OfInt(block));
    return attributes;
  }
}
