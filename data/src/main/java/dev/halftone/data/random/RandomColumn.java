package dev.halftone.data.random;

import dev.halftone.data.source.Column;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Seeded numbers for one input, axis of the batch included: floating point uniform in [-1, 1),
 * bytes uniform over their range, other integers and booleans 0 or 1, which is a valid index, mask
 * and flag. Each row has a generator of its own, seeded by seed, input and row.
 *
 * @param open axes that the model leaves open, other than the first
 */
record RandomColumn(DType dtype, long[] shape, List<String> open, int size, long seed)
    implements Column {
  static final int OPEN_AXIS = 64;
  private static final long LARGEST = 1L << 28;

  static RandomColumn of(ValueInfo input, int size, long seed) {
    TensorType type = input.type();
    List<Dimension> axes = type == null ? null : type.shape();
    if (type == null || axes == null) {
      throw new UnsupportedModelException(input, "random data needs an input of known rank");
    }
    List<String> open = new ArrayList<>();
    long[] shape = new long[axes.size()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = size(axes.get(axis), axis, open);
      if (shape[axis] > LARGEST || Tensor.elements(shape(shape, axis)) > LARGEST) {
        throw new UnsupportedModelException(input, "too large for random data");
      }
    }
    return new RandomColumn(type.dtype(), shape, open, size, seed ^ input.name().hashCode());
  }

  private static long[] shape(long[] shape, int last) {
    return java.util.Arrays.copyOf(shape, last + 1);
  }

  private static long size(Dimension dimension, int axis, List<String> open) {
    return switch (dimension) {
      case Dimension.Fixed(long size) -> size;
      case Dimension.Symbolic _, Dimension.Unknown _ -> {
        if (axis > 0) open.add(dimension.toString());
        yield axis == 0 ? 1 : OPEN_AXIS;
      }
    };
  }

  /** What was assumed, if anything. */
  Optional<String> warning(ValueInfo input) {
    if (open.isEmpty()) return Optional.empty();
    return Optional.of(
        "random: open axes %s of %s have size %d"
            .formatted(String.join(", ", open), input, OPEN_AXIS));
  }

  @Override
  public Tensor get(int row) {
    Objects.checkIndex(row, size);
    // The golden ratio's bits keep neighbouring rows apart, as in the generator itself.
    SplittableRandom random = new SplittableRandom(seed + row * 0x9E3779B97F4A7C15L);
    int count = Math.toIntExact(Tensor.elements(shape));
    if (dtype.isFloat()) return Tensor.ofFloats(floats(random, count), shape);
    return switch (dtype) {
      case INT8, UINT8 -> Tensor.ofBytes(dtype, bytes(random, count), shape);
      default -> Tensor.ofLongs(random.longs(count, 0, 2).toArray(), shape);
    };
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = (random.nextInt() >> 7) * 0x1p-24f;
    return values;
  }

  private static byte[] bytes(SplittableRandom random, int count) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) values[i] = (byte) random.nextInt();
    return values;
  }
}
