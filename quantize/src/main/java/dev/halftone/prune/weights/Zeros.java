package dev.halftone.prune.weights;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Map;

/** Writes the zeros that were decided on. Whatever stays keeps its bits. */
final class Zeros {
  private Zeros() {}

  /** The model with zeros in its constants, those in bodies and in Constant nodes too. */
  static Model put(Model model, Map<Constant, BitSet> zeros) {
    Rewrite rewrite = new Rewrite(model);
    OffHeap memory = new OffHeap();
    zeros.forEach(
        (constant, where) -> put(rewrite, constant, with(constant.value(), where, memory)));
    return rewrite.apply();
  }

  private static void put(Rewrite rewrite, Constant constant, Tensor sparse) {
    Node node = constant.node();
    if (node == null)
      rewrite.graph(constant.owner(), editor -> editor.replaceInitializer(constant.name(), sparse));
    else
      rewrite.change(node, given -> given.withAttribute("value", new Attribute.OfTensor(sparse)));
  }

  private static Tensor with(Tensor weight, BitSet zeros, OffHeap memory) {
    MemorySegment bytes = memory.allocate(weight.byteSize());
    bytes.copyFrom(weight.data());
    long size = weight.dtype().bytes(1);
    for (int from = zeros.nextSetBit(0); from >= 0; ) {
      int to = zeros.nextClearBit(from);
      bytes.asSlice(from * size, (to - from) * size).fill((byte) 0);
      from = zeros.nextSetBit(to);
    }
    return Tensor.of(weight.dtype(), weight.shape(), bytes);
  }
}
