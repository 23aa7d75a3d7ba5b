package dev.halftone.onnx;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Layout of an external data file: tensors in the order of the model, each at a page of its own so
 * that it can be mapped.
 */
final class DataFile implements WeightPlacement {
  /** Smaller tensors are not worth a page. */
  static final long SMALLEST = 1024;

  static final long ALIGNMENT = 4096;

  private static final MemorySegment PADDING = MemorySegment.ofArray(new byte[(int) ALIGNMENT]);

  private final String name;
  private final IdentityHashMap<Tensor, External> placed = new IdentityHashMap<>();
  private final List<MemorySegment> segments = new ArrayList<>();
  private long size;

  DataFile(String name) {
    this.name = name;
  }

  /** A tensor that has two names is stored once. */
  @Override
  public @Nullable External place(String initializer, Tensor tensor, boolean topGraph) {
    if (tensor.byteSize() < SMALLEST || tensor.dtype() == DType.STRING) return null;
    return placed.computeIfAbsent(tensor, this::append);
  }

  private External append(Tensor tensor) {
    long padding = (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT;
    if (padding > 0) segments.add(PADDING.asSlice(0, padding));
    long offset = size + padding;
    segments.add(tensor.data());
    size = offset + tensor.byteSize();
    return new External(name, offset, tensor.byteSize());
  }

  /** The file's content; empty when no tensor was large enough. */
  List<MemorySegment> segments() {
    return segments;
  }
}
