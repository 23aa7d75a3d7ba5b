package dev.halftone.prune.weights;

import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Makes zeros that were decided on. Whatever stays keeps its bits. */
final class Zeros {
  private Zeros() {}

  static Tensor in(Tensor weight, BitSet zeros, OffHeap memory) {
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
