package dev.halftone.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory outside the heap that ONNX Runtime reads or writes, seen by it as {@code handle} and by us
 * as {@code view}.
 */
record Pinned(OnnxTensor handle, MemorySegment memory, Tensor view) implements AutoCloseable {
  /** Enough for every vector load. */
  static final long ALIGNMENT = 64;

  /** Memory for tensors like {@code model}, of a type that can be fed. */
  static Pinned like(Tensor model, Arena arena) throws OrtException {
    OnnxJavaType type = ElementTypes.feedable(model.dtype());
    if (type == null)
      throw new IllegalArgumentException(
          "ONNX Runtime for Java takes no tensor of " + model.dtype());
    MemorySegment memory = arena.allocate(model.byteSize(), ALIGNMENT);
    OnnxTensor handle =
        OnnxTensor.createTensor(Environment.get(), memory.asByteBuffer(), model.shape(), type);
    return new Pinned(handle, memory, Tensor.of(model.dtype(), model.shape(), memory));
  }

  @Override
  public void close() {
    handle.close();
  }
}
