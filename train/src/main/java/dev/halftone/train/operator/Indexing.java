package dev.halftone.train.operator;

import static dev.halftone.train.operator.TorchOperator.checked;
import static dev.halftone.train.operator.TorchOperator.one;
import static java.util.Map.entry;

import dev.halftone.graph.Node;
import dev.halftone.train.torch.TorchTensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptionalList;
import org.bytedeco.pytorch.TensorOptionalVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Elements by computed places, and the places of elements. */
final class Indexing {
  private Indexing() {}

  static Map<String, TorchOperator> all() {
    return Map.ofEntries(
        entry("GatherND", one(Indexing::gatherNd)),
        entry("ScatterND", checked(Indexing::scatterRefusal, Indexing::scatterNd)),
        entry("ScatterElements", checked(Indexing::scatterRefusal, Indexing::scatterElements)),
        entry("ArgMax", checked(Indexing::extremeRefusal, call -> place(call, true))),
        entry("ArgMin", checked(Indexing::extremeRefusal, call -> place(call, false))),
        entry("TopK", Indexing::top),
        entry("OneHot", one(Indexing::oneHot)),
        entry("NonZero", one(call -> torch.nonzero(call.input(0)).transpose(0, 1))),
        entry("Trilu", one(Indexing::triangle)));
  }

  private static @Nullable String scatterRefusal(Node node, long opset) {
    String reduction = node.text("reduction", "none");
    return List.of("none", "add").contains(reduction) ? null : "reduction " + reduction;
  }

  private static @Nullable String extremeRefusal(Node node, long opset) {
    return node.integer("select_last_index", 0) == 0 ? null : "it selects the last of equals";
  }

  private static Tensor counted(Tensor indices, long size) {
    return torch.remainder(indices, new Scalar(size));
  }

  /** Places in the flattened first axes from tuples of indices, the last axis of {@code tuples}. */
  private static Tensor places(Tensor tuples, long[] sizes) {
    int last = (int) tuples.dim() - 1;
    Tensor place = torch.zeros_like(tuples.select(last, 0));
    for (int i = 0; i < sizes.length; i++) {
      Tensor index = counted(tuples.select(last, i), sizes[i]);
      place = place.mul(new Scalar(sizes[i])).add(index);
    }
    return place;
  }

  private static long product(long[] sizes) {
    return LongStream.of(sizes).reduce(1, (a, b) -> a * b);
  }

  private static long[] joined(long[]... shapes) {
    return Arrays.stream(shapes).flatMapToLong(LongStream::of).toArray();
  }

  private static Tensor gatherNd(Call call) {
    Tensor x = call.input(0);
    Tensor tuples = call.input(1);
    long[] shape = x.shape();
    long[] tupleShape = tuples.shape();
    int batches = (int) call.integer("batch_dims", 0);
    int width = (int) tupleShape[tupleShape.length - 1];
    long[] batch = Arrays.copyOf(shape, batches);
    long[] sizes = Arrays.copyOfRange(shape, batches, batches + width);
    long[] rest = Arrays.copyOfRange(shape, batches + width, shape.length);
    long[] outer = Arrays.copyOf(tupleShape, tupleShape.length - 1);
    Tensor place = places(tuples, sizes).reshape(product(batch), -1);
    Tensor first = torch.arange(new Scalar(product(batch))).mul(new Scalar(product(sizes)));
    Tensor rows = x.reshape(joined(new long[] {product(batch) * product(sizes)}, rest));
    Tensor flat = place.add(first.unsqueeze(1)).flatten();
    return torch.index_select(rows, 0, flat).reshape(joined(outer, rest));
  }

  private static Tensor scatterNd(Call call) {
    Tensor x = call.input(0);
    Tensor tuples = call.input(1);
    long[] shape = x.shape();
    int width = (int) tuples.size(tuples.dim() - 1);
    long[] rest = Arrays.copyOfRange(shape, width, shape.length);
    long[] sizes = Arrays.copyOf(shape, width);
    Tensor place = places(tuples, sizes).flatten();
    Tensor rows = x.reshape(joined(new long[] {product(sizes)}, rest));
    Tensor updates = call.input(2).reshape(joined(new long[] {place.numel()}, rest));
    TensorOptionalList at =
        new TensorOptionalList(new TensorOptionalVector(new TensorOptional(place)));
    return torch.index_put(rows, at, updates, adds(call)).reshape(shape);
  }

  private static boolean adds(Call call) {
    return call.node().text("reduction", "none").equals("add");
  }

  private static Tensor scatterElements(Call call) {
    Tensor x = call.input(0);
    int axis = call.axis("axis", 0, x);
    Tensor at = counted(call.input(1), x.size(axis));
    return adds(call)
        ? torch.scatter_add(x, axis, at, call.input(2))
        : torch.scatter(x, axis, at, call.input(2));
  }

  private static Tensor place(Call call, boolean greatest) {
    Tensor x = call.input(0);
    LongOptional axis = new LongOptional(call.axis("axis", 0, x));
    boolean keep = call.integer("keepdims", 1) != 0;
    return greatest ? torch.argmax(x, axis, keep) : torch.argmin(x, axis, keep);
  }

  private static List<Tensor> top(Call call) {
    Tensor x = call.input(0);
    long count = call.opset() < 10 ? call.integer("k", 1) : TorchTensors.longs(call.input(1))[0];
    boolean largest = call.integer("largest", 1) != 0;
    boolean sorted = call.integer("sorted", 1) != 0;
    T_TensorTensor_T found = torch.topk(x, count, call.axis("axis", -1, x), largest, sorted);
    // What the pair gives belongs to the pair.
    return List.of(new Tensor(found.get0()), new Tensor(found.get1()));
  }

  /** An index beyond the depth gives a row of the value for off. */
  private static Tensor oneHot(Call call) {
    Tensor indices = call.input(0).to(ScalarType.Long);
    long depth = TorchTensors.longs(call.input(1).to(ScalarType.Long).reshape(1))[0];
    Tensor values = call.input(2);
    long rank = indices.dim() + 1;
    int axis = call.axis(call.integer("axis", -1), rank);
    long[] shape = new long[(int) rank];
    Arrays.fill(shape, 1);
    shape[axis] = depth;
    Tensor negative = indices.lt(new Scalar(0));
    Tensor front = torch.where(negative, indices.add(new Scalar(depth)), indices);
    Tensor codes = torch.arange(new Scalar(depth)).reshape(shape);
    Tensor on = torch.eq(front.unsqueeze(axis), codes);
    return torch.where(on, values.select(0, 1), values.select(0, 0));
  }

  private static Tensor triangle(Call call) {
    Tensor offset = call.optional(1);
    long k = offset == null ? 0 : TorchTensors.longs(offset.reshape(1))[0];
    Tensor x = call.input(0);
    return call.integer("upper", 1) != 0 ? torch.triu(x, k) : torch.tril(x, k);
  }
}
