package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;
import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The same elements in another order or shape; shapes as values. */
final class Shapes {
  private Shapes() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Reshape", one(Shapes::reshape)),
        entry("Flatten", one(Shapes::flatten)),
        entry("Squeeze", one(Shapes::squeeze)),
        entry("Unsqueeze", one(Shapes::unsqueeze)),
        entry("Transpose", one(Shapes::transpose)),
        entry("Expand", one(Shapes::expand)),
        entry("Tile", one(call -> call.input(0).repeat(TorchTensors.longs(call.input(1))))),
        entry("Shape", one(Shapes::shape)),
        entry("Size", one(call -> torch.tensor(call.input(0).numel()).reshape())),
        entry("Range", one(Shapes::range)),
        entry("ConstantOfShape", one(Shapes::constantOfShape)),
        entry("Constant", checked(Shapes::refusal, Shapes::constant)),
        entry("Dropout", Shapes::dropout),
        entry("DepthToSpace", one(Shapes::depthToSpace)),
        entry("SpaceToDepth", one(Shapes::spaceToDepth)));
  }

  private static Tensor reshape(Call call) {
    Tensor x = call.input(0);
    long[] wanted = call.integers(1, "shape");
    if (wanted == null) throw new UnsupportedModelException(call.node(), "it has no shape");
    boolean copies = call.integer("allowzero", 0) == 0;
    for (int i = 0; i < wanted.length; i++) if (wanted[i] == 0 && copies) wanted[i] = x.size(i);
    return x.reshape(wanted);
  }

  private static Tensor flatten(Call call) {
    Tensor x = call.input(0);
    long axis = call.integer("axis", 1);
    if (axis < 0) axis += x.dim();
    long rows = 1;
    for (int i = 0; i < axis; i++) rows *= x.size(i);
    return x.reshape(rows, rows == 0 ? 0 : x.numel() / rows);
  }

  private static Tensor squeeze(Call call) {
    long[] axes = call.integers(1, "axes");
    return axes == null ? call.input(0).squeeze() : call.input(0).squeeze(axes);
  }

  private static Tensor unsqueeze(Call call) {
    Tensor x = call.input(0);
    long[] axes = call.integers(1, "axes");
    if (axes == null) throw new UnsupportedModelException(call.node(), "it has no axes");
    long rank = x.dim() + axes.length;
    Set<Integer> added = new HashSet<>();
    for (long axis : axes) added.add(call.axis(axis, rank));
    List<Long> shape = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < rank; i++) shape.add(added.contains(i) ? 1L : x.size(next++));
    return x.reshape(shape.stream().mapToLong(Long::longValue).toArray());
  }

  private static Tensor transpose(Call call) {
    Tensor x = call.input(0);
    long[] order = call.list("perm");
    if (order.length == 0) {
      order = new long[(int) x.dim()];
      for (int i = 0; i < order.length; i++) order[i] = order.length - 1 - i;
    }
    return x.permute(order);
  }

  /** Both sides spread. */
  private static Tensor expand(Call call) {
    Tensor x = call.input(0);
    long[] wanted = TorchTensors.longs(call.input(1));
    long[] own = x.shape();
    long[] shape = new long[Math.max(own.length, wanted.length)];
    for (int i = 1; i <= shape.length; i++) {
      long mine = i <= own.length ? own[own.length - i] : 1;
      long asked = i <= wanted.length ? wanted[wanted.length - i] : 1;
      shape[shape.length - i] = asked == 1 ? mine : asked;
    }
    return x.expand(shape);
  }

  private static Tensor shape(Call call) {
    long[] shape = call.input(0).shape();
    int from = bound(call.integer("start", 0), shape.length);
    int to = bound(call.integer("end", shape.length), shape.length);
    return longs(Arrays.copyOfRange(shape, from, Math.max(from, to)));
  }

  private static int bound(long position, int rank) {
    return (int) Math.clamp(position < 0 ? position + rank : position, 0, rank);
  }

  private static Tensor longs(long[] values) {
    return TorchTensors.of(dev.halftone.tensor.Tensor.ofLongs(values, values.length));
  }

  private static Tensor range(Call call) {
    Tensor start = call.input(0);
    Tensor range = torch.arange(start.item(), call.input(1).item(), call.input(2).item());
    return range.to(start.scalar_type());
  }

  private static Tensor constantOfShape(Call call) {
    long[] shape = TorchTensors.longs(call.input(0));
    if (!(call.node().attribute("value") instanceof Attribute.OfTensor(var value)))
      return torch.full(shape, new Scalar(0f));
    return TorchTensors.of(value).reshape().expand(shape).contiguous();
  }

  private static @Nullable String refusal(Node node, long opset) {
    boolean known =
        List.of("value", "value_float", "value_int", "value_floats", "value_ints").stream()
            .anyMatch(kind -> node.attribute(kind) != null);
    return known ? null : "its value is no dense tensor of numbers";
  }

  private static Tensor constant(Call call) {
    Node node = call.node();
    for (Attribute attribute : node.attributes().values()) {
      switch (attribute) {
        case Attribute.OfTensor(var value) -> {
          return TorchTensors.of(value);
        }
        case Attribute.OfFloat(float value) -> {
          return TorchTensors.of(dev.halftone.tensor.Tensor.scalar(value));
        }
        case Attribute.OfInt(long value) -> {
          return longs(new long[] {value}).reshape();
        }
        case Attribute.OfInts(List<Long> values) -> {
          return longs(values.stream().mapToLong(Long::longValue).toArray());
        }
        case Attribute.OfFloats(List<Float> values) -> {
          float[] floats = new float[values.size()];
          for (int i = 0; i < floats.length; i++) floats[i] = values.get(i);
          return TorchTensors.of(dev.halftone.tensor.Tensor.ofFloats(floats, floats.length));
        }
        default -> {}
      }
    }
    throw new UnsupportedModelException(node, "it has no value");
  }

  /**
   * Keeps everything, and says so in its mask: training here starts from a trained network, which
   * dropout would only disturb.
   */
  private static List<Tensor> dropout(Call call) {
    Tensor x = call.input(0);
    Tensor mask = torch.ones_like(x.detach());
    return List.of(new Tensor(x), call.opset() < 10 ? mask : mask.to(ScalarType.Bool));
  }

  private static Tensor depthToSpace(Call call) {
    Tensor x = call.input(0);
    long size = call.integer("blocksize", 1);
    long[] in = x.shape();
    long channels = in[1] / (size * size);
    boolean byColumn = call.node().text("mode", "DCR").equals("CRD");
    Tensor parts =
        byColumn
            ? x.reshape(in[0], channels, size, size, in[2], in[3]).permute(0, 1, 4, 2, 5, 3)
            : x.reshape(in[0], size, size, channels, in[2], in[3]).permute(0, 3, 4, 1, 5, 2);
    return parts.reshape(in[0], channels, in[2] * size, in[3] * size);
  }

  private static Tensor spaceToDepth(Call call) {
    Tensor x = call.input(0);
    long size = call.integer("blocksize", 1);
    long[] in = x.shape();
    return x.reshape(in[0], in[1], in[2] / size, size, in[3] / size, size)
        .permute(0, 3, 5, 1, 2, 4)
        .reshape(in[0], in[1] * size * size, in[2] / size, in[3] / size);
  }
}
