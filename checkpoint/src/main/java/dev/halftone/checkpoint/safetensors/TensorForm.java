package dev.halftone.checkpoint.safetensors;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** A tensor without its bytes. */
public record TensorForm(DType dtype, List<Long> shape) {
  /**
   * @throws IllegalArgumentException if a dimension is negative
   * @throws ArithmeticException if the elements are more than a long counts
   */
  public TensorForm {
    shape = List.copyOf(shape);
    long unused = Tensor.elements(array(shape));
  }

  public static TensorForm of(DType dtype, long... shape) {
    return new TensorForm(dtype, Arrays.stream(shape).boxed().toList());
  }

  public static TensorForm of(Tensor tensor) {
    return of(tensor.dtype(), tensor.shape());
  }

  /** Bytes of all elements. */
  public long byteSize() {
    return dtype.bytes(Tensor.elements(array(shape)));
  }

  private static long[] array(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
