package dev.halftone.quantize.qoperator;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.scheme.Codes;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.Tensor;

/** Relu and Clip in front of a QuantizeLinear that cuts the same range. */
public final class Rectifiers {
  private Rectifiers() {}

  public static boolean isRectifier(Node node) {
    return node.is("Relu") || node.is("Clip");
  }

  /**
   * Whether every value that {@code quantizer} can give lies within the rectifier's bounds, up to
   * half a step: then saturation does the rectifier's work and it can be left out.
   */
  public static boolean isCovered(Node rectifier, Node quantizer, GraphIndex index) {
    Tensor scale = index.constant(quantizer.input(1));
    Tensor zeroPoint = index.constant(quantizer.input(2));
    if (scale == null || zeroPoint == null || scale.count() != 1) return false;
    int code = (int) zeroPoint.longAt(0);
    return isCovered(
        rectifier, new QuantizationParameters(scale.floatAt(0), code, zeroPoint.dtype()), index);
  }

  /** As {@link #isCovered(Node, Node, GraphIndex)}, for a quantizer that is only planned. */
  public static boolean isCovered(
      Node rectifier, QuantizationParameters parameters, GraphIndex index) {
    Codes codes = Codes.all(parameters.type());
    double step = parameters.scale();
    double low = (codes.low() - parameters.zeroPoint()) * step;
    double high = (codes.high() - parameters.zeroPoint()) * step;
    if (rectifier.is("Relu")) return low >= 0;
    return low >= lower(rectifier, index) - step / 2 && high <= upper(rectifier, index) + step / 2;
  }

  /** A Clip's {@code min}; infinite when it has none, NaN when it depends on the input. */
  static double lower(Node clip, GraphIndex index) {
    return bound(clip, "min", 1, Double.NEGATIVE_INFINITY, index);
  }

  /** A Clip's {@code max}; infinite when it has none, NaN when it depends on the input. */
  static double upper(Node clip, GraphIndex index) {
    return bound(clip, "max", 2, Double.POSITIVE_INFINITY, index);
  }

  /**
   * A bound of Clip: an attribute before opset 11, a constant input from then on; NaN when it
   * depends on the input.
   */
  private static double bound(
      Node clip, String attribute, int input, double none, GraphIndex index) {
    if (clip.attribute(attribute) != null) return clip.real(attribute, 0f);
    if (clip.input(input).isEmpty()) return none;
    Tensor constant = index.constant(clip.input(input));
    return constant == null ? Double.NaN : constant.floatAt(0);
  }
}
