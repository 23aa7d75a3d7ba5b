package dev.halftone.data.shape;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives a sample the element type and rank of a model's input, for a batch of one. Tried in this
 * order: the sample with a batch axis of 1 before it; the sample as it is, when it has that axis
 * already; the sample with axes of size 1 added or left out. Elements are never rearranged.
 */
public final class Fit {
  private static final long ANY = -1;

  private final ValueInfo input;
  private final @Nullable TensorType type;
  private final long @Nullable [] wanted;

  public Fit(ValueInfo input) {
    this.input = input;
    this.type = input.type();
    List<Dimension> shape = type == null ? null : type.shape();
    this.wanted = shape == null ? null : shape.stream().mapToLong(Fit::size).toArray();
  }

  private static long size(Dimension dimension) {
    return switch (dimension) {
      case Dimension.Fixed(long size) -> size;
      case Dimension.Symbolic _, Dimension.Unknown _ -> ANY;
    };
  }

  /**
   * The sample as the model takes it.
   *
   * @param origin what the sample comes from, for messages
   * @throws MalformedDataException if shape or elements do not fit
   */
  public Tensor sample(Tensor sample, Object origin) {
    Tensor cast = cast(sample, origin);
    long[] shape = sample.shape();
    if (wanted == null) return cast.reshape(withBatch(shape));
    if (matches(withBatch(shape))) return cast.reshape(withBatch(shape));
    if (matches(shape) && isBatchOfOne(shape)) return cast;
    long[] padded = padded(shape);
    if (padded != null) return cast.reshape(padded);
    throw new MalformedDataException(
        origin,
        "a sample of shape %s does not fit the model's input %s"
            .formatted(Arrays.toString(shape), input));
  }

  /** A complete input that does not come from a sample: only its element type is changed. */
  public Tensor whole(Tensor value, Object origin) {
    if (wanted == null || matches(value.shape())) return cast(value, origin);
    throw new MalformedDataException(
        origin,
        "a value of shape %s is not the model's input %s"
            .formatted(Arrays.toString(value.shape()), input));
  }

  private Tensor cast(Tensor tensor, Object origin) {
    return type == null ? tensor : Cast.to(type.dtype(), tensor, origin);
  }

  private static long[] withBatch(long[] shape) {
    long[] batch = new long[shape.length + 1];
    batch[0] = 1;
    System.arraycopy(shape, 0, batch, 1, shape.length);
    return batch;
  }

  private boolean matches(long[] shape) {
    if (wanted == null || shape.length != wanted.length) return false;
    for (int axis = 0; axis < shape.length; axis++) {
      if (wanted[axis] != ANY && wanted[axis] != shape[axis]) return false;
    }
    return true;
  }

  /**
   * Whether a shape of the wanted rank has no batch, a batch that the model fixes, or a batch of
   * one.
   */
  private boolean isBatchOfOne(long[] shape) {
    return shape.length == 0 || shape[0] == 1 || (wanted != null && wanted[0] != ANY);
  }

  /**
   * The sample's axes other than 1 aligned with the wanted ones from the last to the first; null
   * when they do not fit.
   */
  private long @Nullable [] padded(long[] shape) {
    if (wanted == null) return null;
    long[] sizes = Arrays.stream(shape).filter(size -> size != 1).toArray();
    long[] out = new long[wanted.length];
    int next = sizes.length - 1;
    for (int axis = wanted.length - 1; axis >= 0; axis--) {
      if (wanted[axis] == 1 || next < 0) {
        if (wanted[axis] != 1 && wanted[axis] != ANY) return null;
        out[axis] = 1;
      } else {
        if (wanted[axis] != ANY && wanted[axis] != sizes[next]) return null;
        out[axis] = sizes[next--];
      }
    }
    return next < 0 && isBatchOfOne(out) ? out : null;
  }
}
