package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.train.torch.TorchTensors;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Values added around a tensor. */
final class Padding {
  private static final Set<String> MODES = Set.of("constant", "reflect", "edge", "wrap");

  private Padding() {}

  static Map<String, TorchOperator> all() {
    return Map.of("Pad", checked(Padding::refusal, Padding::pad));
  }

  private static @Nullable String refusal(Node node, long opset) {
    String mode = node.text("mode", "constant");
    return MODES.contains(mode) ? null : "mode " + mode;
  }

  private static Tensor pad(Call call) {
    Tensor x = call.input(0);
    long[] pads = call.integers(1, "pads");
    if (pads == null) throw new UnsupportedModelException(call.node(), "it has no pads");
    long[] whole = spread(call, pads);
    String mode = call.node().text("mode", "constant");
    if (!mode.equals("constant")) return mirrored(x, whole, mode);
    return constant(x, whole, value(call));
  }

  /** Pads of all axes from those of the axes that input 3 names. */
  private static long[] spread(Call call, long[] pads) {
    Tensor named = call.optional(3);
    if (named == null) return pads;
    long[] axes = TorchTensors.longs(named);
    int rank = (int) call.input(0).dim();
    long[] whole = new long[2 * rank];
    for (int i = 0; i < axes.length; i++) {
      int axis = call.axis(axes[i], rank);
      whole[axis] = pads[i];
      whole[rank + axis] = pads[axes.length + i];
    }
    return whole;
  }

  private static Scalar value(Call call) {
    Tensor value = call.optional(2);
    return value == null ? new Scalar(call.real("value", 0f)) : value.reshape().item();
  }

  /**
   * Adds a constant; negative pads cut.
   *
   * @param pads in ONNX's order: what comes before each axis, then what comes after each
   */
  static Tensor constant(Tensor x, long[] pads, Scalar value) {
    int rank = pads.length / 2;
    long[] lastFirst = new long[2 * rank];
    for (int axis = 0; axis < rank; axis++) {
      lastFirst[2 * (rank - 1 - axis)] = pads[axis];
      lastFirst[2 * (rank - 1 - axis) + 1] = pads[rank + axis];
    }
    return torch.constant_pad_nd(x, lastFirst, value);
  }

  private static Tensor mirrored(Tensor x, long[] pads, String mode) {
    int rank = pads.length / 2;
    Tensor padded = new Tensor(x);
    for (int axis = 0; axis < rank; axis++) {
      if (pads[axis] == 0 && pads[rank + axis] == 0) continue;
      long size = x.size(axis);
      long[] sources = new long[Math.toIntExact(pads[axis] + size + pads[rank + axis])];
      for (int i = 0; i < sources.length; i++) sources[i] = source(i - pads[axis], size, mode);
      padded = torch.index_select(padded, axis, torch.tensor(sources));
    }
    return padded;
  }

  private static long source(long position, long size, String mode) {
    return switch (mode) {
      case "edge" -> Math.clamp(position, 0, size - 1);
      case "wrap" -> Math.floorMod(position, size);
      default -> {
        long period = Math.max(1, 2 * (size - 1));
        long within = Math.floorMod(position, period);
        yield within < size ? within : period - within;
      }
    };
  }
}
