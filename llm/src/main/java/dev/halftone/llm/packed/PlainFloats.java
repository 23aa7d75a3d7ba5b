package dev.halftone.llm.packed;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Optional;

/** A tensor that is stored as it is. */
public record PlainFloats(Tensor tensor) implements StoredFloats {
  @Override
  public long[] shape() {
    return tensor.shape();
  }

  @Override
  public DType dtype() {
    return tensor.dtype();
  }

  @Override
  public void copyFloats(long from, float[] out, int count) {
    tensor.copyFloats(from, out, count);
  }

  @Override
  public Optional<Tensor> plain() {
    return Optional.of(tensor);
  }
}
