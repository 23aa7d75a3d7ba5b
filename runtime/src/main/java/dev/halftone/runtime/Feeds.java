package dev.halftone.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors as ONNX Runtime sees them. Bytes outside the heap are seen where they lie, others in a
 * copy that lives as long as this.
 */
final class Feeds implements AutoCloseable {
  private final Arena arena;
  private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
  // Holds the memory that is seen where it lies.
  private final Map<String, Tensor> sources;

  /**
   * @param arena for copies; closed with this
   * @throws IllegalArgumentException if a tensor is of a type or size that ONNX Runtime's Java
   *     binding cannot take
   */
  Feeds(Map<String, Tensor> sources, Arena arena) throws OrtException {
    this.arena = arena;
    this.sources = Map.copyOf(sources);
    boolean made = false;
    try {
      for (Map.Entry<String, Tensor> source : sources.entrySet())
        tensors.put(source.getKey(), view(source.getKey(), source.getValue()));
      made = true;
    } finally {
      if (!made) close();
    }
  }

  private OnnxTensor view(String name, Tensor tensor) throws OrtException {
    OnnxJavaType type = ElementTypes.feedable(tensor.dtype());
    if (type == null)
      throw new IllegalArgumentException(
          "ONNX Runtime for Java takes no tensor of " + tensor.dtype() + ", found " + name);
    MemorySegment data = tensor.data().isNative() ? tensor.data() : outside(tensor.data());
    return overlay(data, type, tensor.shape());
  }

  private MemorySegment outside(MemorySegment heap) {
    return arena.allocate(heap.byteSize(), Pinned.ALIGNMENT).copyFrom(heap);
  }

  /** A tensor over memory outside the heap. */
  static OnnxTensor overlay(MemorySegment data, OnnxJavaType type, long[] shape)
      throws OrtException {
    return OnnxTensor.createTensor(Environment.get(), data.asByteBuffer(), shape, type);
  }

  Map<String, OnnxTensor> tensors() {
    return tensors;
  }

  /** The same tensors, typed as session options want them. */
  Map<String, OnnxTensorLike> initializers() {
    return new LinkedHashMap<>(tensors);
  }

  /**
   * Gives pages of mapped files back to the system; whoever reads them again gets them from the
   * file.
   */
  void unload() {
    for (Tensor source : sources.values()) if (source.data().isMapped()) source.data().unload();
  }

  @Override
  public void close() {
    OnnxValue.close(tensors);
    arena.close();
  }
}
