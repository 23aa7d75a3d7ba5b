package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.quantize.qoperator.DroppedClips;
import dev.halftone.scheme.Codes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a quantized value's saturation does beside rounding. Quantizers leave out a Relu or Clip in
 * front of QuantizeLinear whose cut {@code [(lowest - zeroPoint) * scale, (highest - zeroPoint) *
 * scale]} does its work; in float it has to be there again.
 */
final class Saturation {
  private static final float SIX = 6f;

  private final Map<String, Interval> clips;
  private final long opset;

  Saturation(Model model) {
    this.opset = model.opset();
    this.clips = new LinkedHashMap<>();
    DroppedClips.recorded(model)
        .forEach((codes, clip) -> clips.put(codes, new Interval(clip.min(), clip.max())));
  }

  /**
   * The bounds that the float value has to keep: those of a Clip that is recorded as left out; from
   * 0 where the zero point is the lowest code, up to 6 where the highest stands for that (ReLU6);
   * all floats else, as the ends of a range are then nothing but what calibration saw.
   *
   * @param codes name of the quantized value
   * @param zeroPoint null where the node has none
   */
  Interval bounds(String codes, DType type, @Nullable Tensor scale, @Nullable Tensor zeroPoint) {
    boolean single = scale != null && scale.count() == 1 && scale.dtype() == DType.FLOAT32;
    Interval recorded = single ? clips.get(codes) : null;
    if (recorded != null) return recorded;
    if (!isInteger(type)) return Interval.ALL;
    Codes all = Codes.all(type);
    for (long i = 0; zeroPoint != null && i < zeroPoint.count(); i++)
      if (zeroPoint.longAt(i) != all.low()) return Interval.ALL;
    if (zeroPoint == null && all.low() != 0) return Interval.ALL;
    if (scale == null || !single) return Interval.NOT_NEGATIVE;
    float step = scale.floatAt(0);
    boolean six = Math.abs((float) (all.count() - 1) * step - SIX) <= step / 2;
    return six ? new Interval(0f, SIX) : Interval.NOT_NEGATIVE;
  }

  private static boolean isInteger(DType type) {
    return switch (type) {
      case INT8, UINT8, INT16, UINT16, INT4, UINT4, INT2, UINT2 -> true;
      default -> false;
    };
  }

  /** The node that keeps {@code value} within bounds: a Relu, or a Clip of the model's opset. */
  Node clamp(String name, String value, String output, Interval bounds, Constants constants) {
    if (bounds.equals(Interval.NOT_NEGATIVE))
      return Node.of(name, "Relu", List.of(value), List.of(output));
    List<String> inputs = new ArrayList<>(List.of(value));
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    if (opset < 11) {
      attributes.put("min", new Attribute.OfFloat(bounds.low()));
      attributes.put("max", new Attribute.OfFloat(bounds.high()));
    } else {
      inputs.add(constants.add(output + "_min", Tensor.scalar(bounds.low())));
      inputs.add(constants.add(output + "_max", Tensor.scalar(bounds.high())));
    }
    return new Node(name, "", "Clip", inputs, List.of(output), attributes, Opaque.NONE);
  }

  /** Where constants go. */
  interface Constants {
    /** Adds one under a name like {@code wish}, and gives the name. */
    String add(String wish, Tensor value);
  }
}
