package dev.halftone.quantize.forms;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution in integers with activations quantized at run time: {@code ConvInteger}, {@code
 * Cast}, {@code Mul} by the product of both scales, {@code Add} of the bias. Codes are UINT8 around
 * 128: ONNX Runtime runs INT8 weights four times slower. Even so it is about as fast as the float
 * convolution where channels are many, and three times slower on depthwise ones.
 *
 * @param graph that the node stands in
 * @param bias constant, or null when there is none
 */
public record IntegerConvolution(CodeRequest request, Node node, Graph graph, @Nullable Tensor bias)
    implements WeightForm.Encoded {

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
    Graph owner = constant.owner();
    String name = constant.name();
    // [O, 1, ...] without the batch axis: broadcasts over [N, O, ...].
    long[] byChannel = new long[constant.value().rank() - 1];
    Arrays.fill(byChannel, 1);
    byChannel[0] = codes.layout().scales();
    String stored =
        Emission.constant(
            rewrite, owner, name + "_quantized", codes.codes(constant.value().shape()));
    String scale = Emission.constant(rewrite, owner, name + "_scale", codes.scales(byChannel));
    String zero =
        Emission.constant(
            rewrite,
            owner,
            name + "_zero_point",
            Tensor.ofBytes(DType.UINT8, new byte[] {(byte) codes.format().middle()}));
    IntegerInput input = IntegerInput.of(node.input(0), graph, rewrite);
    String output = node.output(0);
    Emission emission = new Emission(rewrite);
    String sum = emission.fresh(output + "_integer");
    emission.add(
        "",
        "ConvInteger",
        List.of(input.codes(), stored, input.zeroPoint(), zero),
        List.of(sum),
        node.attributes());
    String value = emission.cast(emission.fresh(output + "_cast"), sum, DType.FLOAT32);
    String scales = emission.add("Mul", emission.fresh(output + "_scale"), input.scale(), scale);
    if (bias == null) {
      emission.add("Mul", output, value, scales);
    } else {
      byChannel[0] = bias.count();
      String shift =
          Emission.constant(rewrite, graph, node.input(2) + "_by_channel", bias.reshape(byChannel));
      String product = emission.add("Mul", emission.fresh(output + "_product"), value, scales);
      emission.add("Add", output, product, shift);
    }
    emission.replace(node);
  }
}
