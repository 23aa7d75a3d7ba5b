package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A table of symmetric 8-bit codes, a scale for each row: {@code Gather} takes rows of codes and
 * their scales, {@code Cast} and {@code Mul} decode just those. {@code DequantizeLinear} before the
 * Gather would decode the whole table on every run (120 times slower on 30,522 rows).
 *
 * @param gathers the nodes that read the table along axis 0
 */
public record TableRows(CodeRequest request, List<Node> gathers) implements WeightForm.Encoded {
  public TableRows {
    gathers = List.copyOf(gathers);
  }

  @Override
  public int axis() {
    return 0;
  }

  @Override
  public boolean needsMicrosoft() {
    return false;
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    long[] shape = constant.value().shape();
    long[] scaleShape = shape.clone();
    Arrays.fill(scaleShape, 1, scaleShape.length, 1);
    boolean single = codes.layout().scales() == 1;
    String name = constant.name();
    String stored =
        Emission.constant(rewrite, constant.owner(), name + "_quantized", codes.codes(shape));
    String scales =
        Emission.constant(
            rewrite,
            constant.owner(),
            name + "_scale",
            codes.scales(single ? new long[0] : scaleShape));
    for (Node gather : gathers) decode(constant, gather, stored, scales, single, codes, rewrite);
  }

  private static void decode(
      Constant constant,
      Node gather,
      String stored,
      String scales,
      boolean single,
      Codes codes,
      Rewrite rewrite) {
    Emission emission = new Emission(rewrite);
    String output = gather.output(0);
    DType dtype = constant.value().dtype();
    String row = emission.fresh(output + "_quantized");
    emission.add(gather.withInputs(List.of(stored, gather.input(1))).withOutputs(List.of(row)));
    String scale = single ? scales : emission.fresh(output + "_scale");
    if (!single)
      emission.add(
          "",
          "Gather",
          List.of(scales, gather.input(1)),
          List.of(scale),
          Map.of("axis", new Attribute.OfInt(0)));
    String value = emission.cast(emission.fresh(output + "_codes"), row, DType.FLOAT32);
    if (codes.hasZeroPoints()) {
      String zero =
          Emission.constant(
              rewrite,
              constant.owner(),
              constant.name() + "_zero_point",
              Tensor.scalar(codes.format().middle()));
      value = emission.add("Sub", emission.fresh(output + "_centred"), value, zero);
    }
    if (dtype == DType.FLOAT32) {
      emission.add("Mul", output, value, scale);
    } else {
      emission.cast(
          output, emission.add("Mul", emission.fresh(output + "_float"), value, scale), dtype);
    }
    emission.replace(gather);
  }
}
