package dev.halftone.quantize.scope;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A value that never changes: an initializer, or the output of a {@code Constant} node. Two
 * constants are the same only when they are the same object, since bodies may reuse names.
 */
public final class Constant {
  private final Graph owner;
  private final String name;
  private final Tensor value;
  private final @Nullable Node node;

  Constant(Graph owner, String name, Tensor value, @Nullable Node node) {
    this.owner = owner;
    this.name = name;
    this.value = value;
    this.node = node;
  }

  /** The graph or body that defines it. */
  public Graph owner() {
    return owner;
  }

  public String name() {
    return name;
  }

  public Tensor value() {
    return value;
  }

  /** The {@code Constant} node that gives it, or null for an initializer. */
  public @Nullable Node node() {
    return node;
  }

  @Override
  public String toString() {
    return name + ": " + value;
  }
}
