package dev.halftone.llm.packed;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Tensors of one shape and type, one after the other, with their number as the first dimension.
 *
 * @param parts at least one
 */
public record StackedFloats(List<StoredFloats> parts) implements StoredFloats {
  /**
   * @throws IllegalArgumentException if there is none
   */
  public StackedFloats {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) throw new IllegalArgumentException("nothing to stack");
  }

  @Override
  public long[] shape() {
    long[] part = parts.getFirst().shape();
    long[] shape = new long[part.length + 1];
    shape[0] = parts.size();
    System.arraycopy(part, 0, shape, 1, part.length);
    return shape;
  }

  @Override
  public DType dtype() {
    return parts.getFirst().dtype();
  }

  @Override
  public void copyFloats(long from, float[] out, int count) {
    long size = Tensor.elements(parts.getFirst().shape());
    Objects.checkFromIndexSize(from, (long) count, size * parts.size());
    Objects.checkFromIndexSize(0, count, out.length);
    int done = 0;
    while (done < count) {
      long within = (from + done) % size;
      int length = (int) Math.min(size - within, count - done);
      StoredFloats part = parts.get((int) ((from + done) / size));
      if (done == 0) {
        part.copyFloats(within, out, length);
      } else {
        float[] more = new float[length];
        part.copyFloats(within, more, length);
        System.arraycopy(more, 0, out, done, length);
      }
      done += length;
    }
  }

  @Override
  public Optional<Tensor> plain() {
    return Optional.empty();
  }
}
