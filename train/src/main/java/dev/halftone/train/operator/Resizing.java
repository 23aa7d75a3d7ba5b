package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.train.torch.TorchTensors;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Resize and Upsample, one axis after the other: each output element is a weighted sum of one, two
 * or four elements of the axis (ONNX operators, Resize; its modes are separable).
 */
final class Resizing {
  private static final Set<String> COORDINATES =
      Set.of(
          "half_pixel",
          "half_pixel_symmetric",
          "pytorch_half_pixel",
          "align_corners",
          "asymmetric");

  private Resizing() {}

  static Map<String, TorchOperator> all() {
    TorchOperator resize = checked(Resizing::refusal, Resizing::resize);
    return Map.of("Resize", resize, "Upsample", resize);
  }

  private static @Nullable String refusal(Node node, long opset) {
    String coordinates = node.text("coordinate_transformation_mode", "half_pixel");
    if (!COORDINATES.contains(coordinates)) return coordinates;
    if (!node.text("keep_aspect_ratio_policy", "stretch").equals("stretch"))
      return "it keeps the aspect ratio";
    return node.integer("antialias", 0) != 0 ? "it is antialiased" : null;
  }

  private static Tensor resize(Call call) {
    Tensor x = call.input(0);
    int rank = (int) x.dim();
    long[] axes = call.list("axes");
    if (axes.length == 0) axes = LongStream.range(0, rank).toArray();
    float[] scales = scales(call);
    long[] sizes = scales.length > 0 ? null : TorchTensors.longs(call.input(3));
    Tensor resized = new Tensor(x);
    for (int i = 0; i < axes.length; i++) {
      int axis = call.axis(axes[i], rank);
      long in = x.size(axis);
      long out = sizes == null ? (long) Math.floor((double) in * scales[i]) : sizes[i];
      float scale = sizes == null ? scales[i] : (float) out / in;
      if (out != in || scale != 1f)
        resized = AxisSampling.of(call, in, out, scale).apply(resized, axis);
    }
    return resized;
  }

  /** Upsample-7 has them as an attribute, Upsample-9 and Resize-10 as input 1, later ones as 2. */
  private static float[] scales(Call call) {
    Node node = call.node();
    if (node.attribute("scales") instanceof Attribute.OfFloats(var values)) {
      float[] scales = new float[values.size()];
      for (int i = 0; i < scales.length; i++) scales[i] = values.get(i);
      return scales;
    }
    boolean early = call.opset() < 11 || node.is("Upsample");
    Tensor scales = call.optional(early ? 1 : 2);
    if (scales == null) {
      if (call.optional(3) == null)
        throw new UnsupportedModelException(node, "it has neither scales nor sizes");
      return new float[0];
    }
    return TorchTensors.copy(scales).toFloats();
  }

  /**
   * What each output position of an axis is made of.
   *
   * @param taps positions read for each output position, {@code taps.length / outputs} each
   * @param weights of those
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed straight to libtorch, never compared.
  private record AxisSampling(int outputs, long[] taps, float[] weights) {

    static AxisSampling of(Call call, long in, long out, float scale) {
      String mode = call.node().text("mode", "nearest");
      int outputs = Math.toIntExact(out);
      int each = mode.equals("nearest") ? 1 : mode.equals("linear") ? 2 : 4;
      long[] taps = new long[outputs * each];
      float[] weights = new float[outputs * each];
      for (int i = 0; i < outputs; i++) {
        float position = position(call, i, in, out, scale);
        switch (each) {
          case 1 -> {
            taps[i] = nearest(call, position);
            weights[i] = 1;
          }
          case 2 -> linear(Math.clamp(position, 0, in - 1), 2 * i, taps, weights);
          default -> cubic(call, position, in, 4 * i, taps, weights);
        }
      }
      for (int i = 0; i < taps.length; i++) taps[i] = Math.clamp(taps[i], 0, in - 1);
      return new AxisSampling(outputs, taps, weights);
    }

    /** Where an output position lies in the input. */
    private static float position(Call call, int i, long in, long out, float scale) {
      boolean early = call.opset() < 11 || call.node().is("Upsample");
      String mode =
          early ? "asymmetric" : call.node().text("coordinate_transformation_mode", "half_pixel");
      return switch (mode) {
        case "asymmetric" -> i / scale;
        case "align_corners" -> out == 1 ? 0 : i * (float) (in - 1) / (out - 1);
        case "pytorch_half_pixel" -> out == 1 ? 0 : (i + 0.5f) / scale - 0.5f;
        case "half_pixel_symmetric" -> {
          float adjustment = out / (scale * in);
          float offset = in / 2f * (1 - adjustment);
          yield offset + (i + 0.5f) / scale - 0.5f;
        }
        default -> (i + 0.5f) / scale - 0.5f;
      };
    }

    private static long nearest(Call call, float position) {
      boolean early = call.opset() < 11 || call.node().is("Upsample");
      String mode = early ? "floor" : call.node().text("nearest_mode", "round_prefer_floor");
      return (long)
          switch (mode) {
            case "floor" -> Math.floor(position);
            case "ceil" -> Math.ceil(position);
            case "round_prefer_ceil" -> Math.floor(position + 0.5f);
            default -> Math.ceil(position - 0.5f);
          };
    }

    private static void linear(float position, int at, long[] taps, float[] weights) {
      taps[at] = (long) Math.floor(position);
      taps[at + 1] = taps[at] + 1;
      weights[at + 1] = position - taps[at];
      weights[at] = 1 - weights[at + 1];
    }

    /** Keys, Cubic convolution interpolation (1981), eq. 15, with the attribute as its a. */
    private static void cubic(
        Call call, float position, long in, int at, long[] taps, float[] weights) {
      float a = call.real("cubic_coeff_a", -0.75f);
      boolean excludes = call.integer("exclude_outside", 0) != 0;
      long first = (long) Math.floor(position) - 1;
      float sum = 0;
      for (int k = 0; k < 4; k++) {
        taps[at + k] = first + k;
        float distance = Math.abs(position - taps[at + k]);
        boolean outside = taps[at + k] < 0 || taps[at + k] >= in;
        weights[at + k] = excludes && outside ? 0 : keys(distance, a);
        sum += weights[at + k];
      }
      if (excludes) for (int k = 0; k < 4; k++) weights[at + k] /= sum;
    }

    private static float keys(float d, float a) {
      return d <= 1
          ? ((a + 2) * d - (a + 3)) * d * d + 1
          : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    }

    Tensor apply(Tensor x, int axis) {
      int each = taps.length / Math.max(1, outputs);
      Tensor sum = null;
      for (int k = 0; k < each; k++) {
        long[] tap = new long[outputs];
        float[] weight = new float[outputs];
        for (int i = 0; i < outputs; i++) {
          tap[i] = taps[i * each + k];
          weight[i] = weights[i * each + k];
        }
        Tensor part =
            torch.index_select(
                x, axis, TorchTensors.of(dev.halftone.tensor.Tensor.ofLongs(tap, outputs)));
        if (each > 1) part = part.mul(along(weight, axis, (int) x.dim()));
        sum = sum == null ? part : sum.add(part);
      }
      if (sum == null) throw new IllegalStateException("no taps");
      return sum;
    }

    private static Tensor along(float[] values, int axis, int rank) {
      long[] shape = new long[rank];
      Arrays.fill(shape, 1);
      shape[axis] = values.length;
      return TorchTensors.of(dev.halftone.tensor.Tensor.ofFloats(values, shape));
    }
  }
}
