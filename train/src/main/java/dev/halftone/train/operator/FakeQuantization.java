package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * QuantizeLinear and DequantizeLinear in one:
 *
 * <pre>
 * zero = clamp(rint(zeroPoint), low, high)
 * code = clamp(rint(x / scale) + zero, low, high),  y = (code - zero) * scale
 * </pre>
 *
 * <p>The gradient passes {@code rint} unchanged and stops where codes are clamped (straight-through
 * estimator). For the scale that gives {@code rint(v) - v} with {@code v = x / scale} where codes
 * are not clamped and {@code low - zero} or {@code high - zero} where they are: Esser et al.,
 * "Learned Step Size Quantization" (arXiv 1902.08153), eq. 3, but that a value counts as clamped
 * where its code is, half a step further out, as in PyTorch. For the zero point, whose own rounding
 * passes it unchanged too, it is 0 where codes are not clamped and {@code -scale} where they are:
 * Bhalgat et al., "LSQ+" (arXiv 2004.09576), eq. 5, by the chain rule for the offset {@code -zero *
 * scale}.
 *
 * <p>Inputs: x; scale, without dimensions, one for each index of the axis, or of x's rank and
 * spreading over it; zero point as float, of the scale's shape or without dimensions.
 */
public final class FakeQuantization {
  private static final String DOMAIN = "dev.halftone";
  private static final String NAME = "FakeQuantize";

  private FakeQuantization() {}

  static Map<String, TorchOperator> all() {
    return Map.of(DOMAIN + "." + NAME, one(FakeQuantization::apply));
  }

  /**
   * A node that does this.
   *
   * @param inputs x, scale, zero point
   * @param axis of the scales
   * @param low lowest code
   * @param high highest code
   */
  public static Node node(List<String> inputs, String output, int axis, long low, long high) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("axis", new Attribute.OfInt(axis));
    attributes.put("low", new Attribute.OfInt(low));
    attributes.put("high", new Attribute.OfInt(high));
    return new Node(output, DOMAIN, NAME, inputs, List.of(output), attributes, Opaque.NONE);
  }

  /** Whether the node does this. */
  public static boolean is(Node node) {
    return node.domain().equals(DOMAIN) && node.opType().equals(NAME);
  }

  private static Tensor apply(Call call) {
    Tensor fused = FusedRounding.of(call);
    return fused == null ? composed(call) : fused;
  }

  /** Of operators that libtorch knows the gradients of. */
  private static Tensor composed(Call call) {
    Tensor x = call.input(0);
    Tensor scale = along(call.input(1), call, x);
    Tensor zeroPoint = whole(along(call.input(2), call, x), call);
    Tensor v = torch.div(x, scale);
    // Exact in float: rint(v) - v is, and v plus it is rint(v).
    Tensor rounded = v.add(torch.round(v).sub(v).detach());
    Tensor code =
        torch.clamp(
            rounded.add(zeroPoint), bound(call.integer("low", 0)), bound(call.integer("high", 0)));
    return code.sub(zeroPoint).mul(scale);
  }

  private static Tensor whole(Tensor zeroPoint, Call call) {
    if (!zeroPoint.requires_grad()) return code(zeroPoint, call);
    return zeroPoint.add(code(zeroPoint, call).sub(zeroPoint).detach());
  }

  private static Tensor code(Tensor zeroPoint, Call call) {
    return torch.clamp(
        torch.round(zeroPoint), bound(call.integer("low", 0)), bound(call.integer("high", 0)));
  }

  private static ScalarOptional bound(long code) {
    return new ScalarOptional(new Scalar((double) code));
  }

  private static Tensor along(Tensor values, Call call, Tensor x) {
    if (values.dim() == 0 || values.dim() == x.dim()) return values;
    long[] shape = new long[(int) x.dim()];
    Arrays.fill(shape, 1);
    shape[call.axis("axis", 0, x)] = values.numel();
    return values.reshape(shape);
  }
}
