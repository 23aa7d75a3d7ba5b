package dev.halftone.calibrate;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The type of a value as samples, each of which has a type without open axes, show it. Their order
 * does not matter.
 */
final class SeenType {
  private @Nullable TensorType type;

  synchronized void see(TensorType one) {
    TensorType before = type;
    if (before == null) {
      type = one;
    } else if (!before.equals(one)) {
      type =
          new TensorType(
              before.dtype(), common(before.shape(), Objects.requireNonNull(one.shape())));
    }
  }

  private static @Nullable List<Dimension> common(
      @Nullable List<Dimension> before, List<Dimension> one) {
    if (before == null || before.size() != one.size()) return null;
    List<Dimension> common = new ArrayList<>();
    for (int axis = 0; axis < one.size(); axis++) {
      common.add(before.get(axis).equals(one.get(axis)) ? one.get(axis) : new Dimension.Unknown());
    }
    return common;
  }

  synchronized @Nullable TensorType type() {
    return type;
  }
}
