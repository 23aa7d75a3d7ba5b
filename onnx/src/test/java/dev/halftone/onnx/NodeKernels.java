package dev.halftone.onnx;

import dev.halftone.graph.Node;
import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.number.Casting;
import dev.halftone.number.PowerOfTwo;
import dev.halftone.scheme.LinearQuantization;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.scheme.Range;
import dev.halftone.scheme.Requantization;
import dev.halftone.scheme.ScaleLayout;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outputs of a node test by Halftone's kernels; integer products are summed one by one. */
final class NodeKernels {
  private NodeKernels() {}

  /** Null for an operator that is not among the quantization operators. */
  static @Nullable List<Tensor> outputs(NodeCase test) {
    Node node = test.node();
    List<Tensor> in = test.inputs();
    return switch (test.operator()) {
      case "Cast" -> List.of(cast(node, in.get(0), type(node, "to")));
      case "CastLike" -> List.of(cast(node, in.get(0), in.get(1).dtype()));
      case "QuantizeLinear" -> List.of(quantize(node, in));
      case "DequantizeLinear" -> List.of(dequantize(node, in));
      case "DynamicQuantizeLinear" -> dynamic(in.get(0));
      case "MatMulInteger" -> List.of(matMulInteger(in));
      case "ConvInteger" -> List.of(convInteger(node, in));
      case "QLinearMatMul" -> List.of(linearMatMul(in));
      case "QLinearConv" -> List.of(linearConv(node, in));
      default -> null;
    };
  }

  private static @Nullable DType type(Node node, String attribute) {
    return ElementTypes.of((int) node.integer(attribute, 0));
  }

  private static Tensor cast(Node node, Tensor x, @Nullable DType to) {
    if (to == null) throw new AssertionError("no type to cast to");
    PowerOfTwo rounding =
        switch (node.text("round_mode", "up")) {
          case "up" -> PowerOfTwo.CEIL;
          case "down" -> PowerOfTwo.FLOOR;
          default -> PowerOfTwo.ROUND;
        };
    return Casting.cast(x, to, node.integer("saturate", 1) != 0, rounding);
  }

  private static LinearQuantization parameters(Node node, List<Tensor> in) {
    int axis = (int) node.integer("axis", 1);
    long block = node.integer("block_size", 0);
    ScaleLayout layout = ScaleLayout.of(in.get(1).count(), axis, block);
    return new LinearQuantization(in.get(1), in.size() > 2 ? in.get(2) : null, layout);
  }

  private static Tensor quantize(Node node, List<Tensor> in) {
    DType asked = type(node, "output_dtype");
    DType type = in.size() > 2 ? in.get(2).dtype() : asked == null ? DType.UINT8 : asked;
    return parameters(node, in).quantize(in.get(0), type, node.integer("saturate", 1) != 0);
  }

  private static Tensor dequantize(Node node, List<Tensor> in) {
    DType asked = type(node, "output_dtype");
    LinearQuantization parameters = parameters(node, in);
    return asked == null
        ? parameters.dequantize(in.get(0))
        : parameters.dequantize(in.get(0), asked);
  }

  private static List<Tensor> dynamic(Tensor x) {
    float[] values = x.toFloats();
    FiniteRange range = Kernels.finiteRange(values, 0, values.length);
    float low = Math.min(range.min(), 0f);
    float high = Math.max(range.max(), 0f);
    QuantizationParameters found = QuantizationParameters.dynamic(new Range(low, high));
    byte[] codes = new byte[values.length];
    found.quantize(values, 0, values.length, codes, 0);
    return List.of(
        Tensor.ofBytes(DType.UINT8, codes, x.shape()),
        Tensor.scalar(found.scale()),
        Tensor.ofBytes(DType.UINT8, new byte[] {(byte) found.zeroPoint()}));
  }

  private static Tensor matMulInteger(List<Tensor> in) {
    int[] sums =
        IntegerProducts.matMul(in.get(0), in.get(2).longAt(0), in.get(1), in.get(3).longAt(0));
    return Tensor.ofInts(sums, productShape(in.get(0), in.get(1)));
  }

  private static Tensor convInteger(Node node, List<Tensor> in) {
    long[] wZero = in.size() > 3 ? in.get(3).toLongs() : new long[1];
    List<Long> pads = node.integers("pads");
    int[] sums =
        IntegerProducts.convolution(in.get(0), in.get(2).longAt(0), in.get(1), wZero, pads);
    return Tensor.ofInts(sums, convolvedShape(in.get(0), in.get(1), pads));
  }

  private static Tensor linearMatMul(List<Tensor> in) {
    int[] sums =
        IntegerProducts.matMul(in.get(0), in.get(2).longAt(0), in.get(3), in.get(5).longAt(0));
    return requantized(in, sums, productShape(in.get(0), in.get(3)));
  }

  private static Tensor linearConv(Node node, List<Tensor> in) {
    if (in.get(4).count() != 1 || in.size() > 8)
      throw new AssertionError("a scale for each map, or a bias");
    List<Long> pads = node.integers("pads");
    int[] sums =
        IntegerProducts.convolution(
            in.get(0), in.get(2).longAt(0), in.get(3), in.get(5).toLongs(), pads);
    return requantized(in, sums, convolvedShape(in.get(0), in.get(3), pads));
  }

  private static Tensor requantized(List<Tensor> in, int[] sums, long[] shape) {
    DType type = in.get(7).dtype();
    QuantizationParameters result =
        new QuantizationParameters(
            in.get(6).floatAt(0), Math.toIntExact(in.get(7).longAt(0)), type);
    byte[] codes = new byte[sums.length];
    Requantization.of(in.get(1).floatAt(0), in.get(4).floatAt(0), result)
        .apply(sums, 0, sums.length, codes, 0);
    return Tensor.ofBytes(type, codes, shape);
  }

  private static long[] productShape(Tensor a, Tensor b) {
    long[] shape = a.shape();
    shape[shape.length - 1] = b.dimension(-1);
    return shape;
  }

  private static long[] convolvedShape(Tensor x, Tensor w, List<Long> pads) {
    return new long[] {
      1,
      w.dimension(0),
      IntegerProducts.outputSize(x, w, 2, pads),
      IntegerProducts.outputSize(x, w, 3, pads)
    };
  }
}
