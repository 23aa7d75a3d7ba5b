package dev.halftone.llm.packed;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Optional;

/** Floats of a tensor, whatever they are stored as. Thread-safe. */
public sealed interface StoredFloats permits PlainFloats, QuantizedMatrix, StackedFloats {
  /** The length of a row last. */
  long[] shape();

  /**
   * The type that the floats have, or would have if they were not quantized: that of the scales.
   */
  DType dtype();

  /**
   * Writes elements {@code [from, from + count)}, in the order of rows, to the start of {@code
   * out}.
   *
   * @throws IndexOutOfBoundsException if there are not so many, or {@code out} is too short
   */
  void copyFloats(long from, float[] out, int count);

  /** The tensor itself; empty if it is quantized, or there are several. */
  Optional<Tensor> plain();
}
