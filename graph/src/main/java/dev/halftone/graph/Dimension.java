package dev.halftone.graph;

/** One axis of a value's shape as the model declares it. */
public sealed interface Dimension {
  /** A size that never changes. */
  record Fixed(long size) implements Dimension {
    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /** A size known only at run time; equal names mean equal sizes. */
  record Symbolic(String name) implements Dimension {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A size of which nothing is said. */
  record Unknown() implements Dimension {
    @Override
    public String toString() {
      return "?";
    }
  }
}
