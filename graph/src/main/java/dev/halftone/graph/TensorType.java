package dev.halftone.graph;

import dev.halftone.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Declared type of a value that is a tensor.
 *
 * @param shape the axes, or null when even the rank is unknown
 */
public record TensorType(DType dtype, @Nullable List<Dimension> shape) {
  public TensorType {
    if (shape != null) shape = List.copyOf(shape);
  }

  /** A type whose axes are all of fixed size. */
  public static TensorType fixed(DType dtype, long... shape) {
    return new TensorType(
        dtype, java.util.Arrays.stream(shape).<Dimension>mapToObj(Dimension.Fixed::new).toList());
  }

  @Override
  public String toString() {
    return dtype + (shape == null ? "[...]" : shape.toString());
  }
}
