package dev.halftone.graph;

import org.jspecify.annotations.Nullable;

/**
 * A named value of a graph with its declared type.
 *
 * @param type null when the model does not say, or when the value is not a tensor (a sequence, a
 *     map; then {@code opaque} has it)
 */
public record ValueInfo(String name, @Nullable TensorType type, Opaque opaque) {
  public ValueInfo(String name, @Nullable TensorType type) {
    this(name, type, Opaque.NONE);
  }

  @Override
  public String toString() {
    return name + ": " + (type == null ? "?" : type);
  }
}
