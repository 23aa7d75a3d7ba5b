package dev.halftone.quantize.forms;

import dev.halftone.graph.Graph;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Products in integers with activations quantized at run time: {@code MatMulInteger}, {@code Cast},
 * {@code Mul} by the product of both scales, and {@code Add} of a bias. ONNX Runtime makes one
 * {@code DynamicQuantizeMatMul} of it all, or {@code MatMulIntegerToFloat} where the activation has
 * several readers.
 *
 * @param readers all products that read the weight, with {@code alpha} 1 when there are several
 */
public record IntegerProduct(CodeRequest request, List<Read> readers)
    implements WeightForm.Encoded {
  /** A product and the graph that it stands in. */
  public record Read(Linear linear, Graph graph) {}

  public IntegerProduct {
    readers = List.copyOf(readers);
  }

  @Override
  public int axis() {
    return readers.getFirst().linear().transposed() ? 0 : 1;
  }

  @Override
  public boolean needsMicrosoft() {
    return false;
  }

  @Override
  public void emit(Constant constant, Codes codes, Rewrite rewrite) {
    Linear first = readers.getFirst().linear();
    String name = constant.name();
    Graph owner = constant.owner();
    long[] scaleShape = codes.layout().scales() == 1 ? new long[0] : new long[] {first.columns()};
    List<String> weight = new ArrayList<>();
    weight.add(
        Emission.constant(
            rewrite, owner, name + "_quantized", codes.codes(first.rows(), first.columns())));
    if (codes.hasZeroPoints()) {
      weight.add(
          Emission.constant(rewrite, owner, name + "_zero_point", codes.zeroPoints(scaleShape)));
    }
    String scale =
        Emission.constant(rewrite, owner, name + "_scale", codes.scales(first.alpha(), scaleShape));
    for (Read read : readers) multiply(read, weight, scale, rewrite);
  }

  private static void multiply(Read read, List<String> weight, String scale, Rewrite rewrite) {
    Linear linear = read.linear();
    String output = linear.node().output(0);
    IntegerInput input = IntegerInput.of(linear.node().input(0), read.graph(), rewrite);
    List<String> operands =
        new ArrayList<>(List.of(input.codes(), weight.getFirst(), input.zeroPoint()));
    operands.addAll(weight.subList(1, weight.size()));
    Emission emission = new Emission(rewrite);
    String sum = emission.fresh(output + "_integer");
    emission.add("", "MatMulInteger", operands, List.of(sum), Map.of());
    String value = emission.cast(emission.fresh(output + "_cast"), sum, DType.FLOAT32);
    String scales = emission.add("Mul", emission.fresh(output + "_scale"), input.scale(), scale);
    boolean biased = !linear.bias().isEmpty();
    String product =
        emission.add("Mul", biased ? emission.fresh(output + "_product") : output, value, scales);
    if (biased) emission.add("Add", output, product, linear.bias());
    emission.replace(linear.node());
  }
}
