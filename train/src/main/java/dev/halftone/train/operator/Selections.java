package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Parts of tensors, and tensors of parts. */
final class Selections {
  private Selections() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("Gather", one(Selections::gather)),
        entry("GatherElements", one(Selections::gatherElements)),
        entry("Concat", one(Selections::concat)),
        entry("Slice", one(Selections::slice)),
        entry("Split", Selections::split));
  }

  private static Tensor gather(Call call) {
    Tensor x = call.input(0);
    int axis = call.axis("axis", 0, x);
    Tensor indices = call.input(1);
    Tensor counted = torch.remainder(indices, new Scalar(x.size(axis))).flatten();
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < axis; i++) shape.add(x.size(i));
    for (long size : indices.shape()) shape.add(size);
    for (int i = axis + 1; i < x.dim(); i++) shape.add(x.size(i));
    return torch
        .index_select(x, axis, counted)
        .reshape(shape.stream().mapToLong(Long::longValue).toArray());
  }

  private static Tensor gatherElements(Call call) {
    Tensor x = call.input(0);
    int axis = call.axis("axis", 0, x);
    return torch.gather(x, axis, torch.remainder(call.input(1), new Scalar(x.size(axis))));
  }

  private static Tensor concat(Call call) {
    List<Tensor> all = call.all();
    int axis = call.axis("axis", 0, all.getFirst());
    return torch.cat(new TensorVector(all.toArray(Tensor[]::new)), axis);
  }

  private static Tensor slice(Call call) {
    Tensor x = call.input(0);
    long[] starts = call.integers(1, "starts");
    long[] ends = call.integers(2, "ends");
    if (starts == null || ends == null)
      throw new UnsupportedModelException(call.node(), "it has no starts or no ends");
    long[] axes = call.integers(3, "axes");
    long[] steps = call.integers(4, "steps");
    Tensor part = new Tensor(x);
    for (int i = 0; i < starts.length; i++) {
      int axis = call.axis(axes == null ? i : axes[i], x.dim());
      part = slice(part, axis, starts[i], ends[i], steps == null ? 1 : steps[i]);
    }
    return part;
  }

  private static Tensor slice(Tensor x, int axis, long start, long end, long step) {
    if (step > 0) return torch.slice(x, axis, new LongOptional(start), new LongOptional(end), step);
    long size = x.size(axis);
    long from = Math.clamp(start < 0 ? start + size : start, 0, size - 1);
    long to = Math.clamp(end < 0 ? end + size : end, -1, size - 1);
    long[] indices = new long[(int) Math.max(0, Math.ceilDiv(to - from, step))];
    for (int i = 0; i < indices.length; i++) indices[i] = from + i * step;
    return torch.index_select(
        x, axis, TorchTensors.of(dev.halftone.tensor.Tensor.ofLongs(indices, indices.length)));
  }

  private static List<Tensor> split(Call call) {
    Tensor x = call.input(0);
    int axis = call.axis("axis", 0, x);
    long[] sizes = call.integers(1, "split");
    if (sizes == null) sizes = even(x.size(axis), call.node().outputs().size());
    List<Tensor> parts = new ArrayList<>();
    long from = 0;
    for (long size : sizes) {
      parts.add(x.narrow(axis, from, size));
      from += size;
    }
    return parts;
  }

  /** Equal parts, the last one smaller where it has to be. */
  private static long[] even(long whole, int parts) {
    long[] sizes = new long[parts];
    long size = Math.ceilDiv(whole, parts);
    Arrays.fill(sizes, size);
    sizes[parts - 1] = whole - size * (parts - 1);
    return sizes;
  }
}
