package dev.halftone.recipe;

/**
 * Which elements of a weight share one scale and zero point. The axis follows from the operator
 * that reads the weight.
 */
public sealed interface Granularity {
  /** One scale for the whole tensor. */
  record PerTensor() implements Granularity {}

  /** One scale for each output channel. */
  record PerChannel() implements Granularity {}

  /**
   * One scale for each {@code size} neighbours along the axis that the operator sums over; the last
   * block may be shorter.
   */
  record PerBlock(int size) implements Granularity {
    public PerBlock {
      if (size <= 0) throw new IllegalArgumentException("block size " + size + " is not positive");
    }
  }

  /** As it is written on the command line and in recipes: {@code tensor, channel, block:32}. */
  default String text() {
    return switch (this) {
      case PerTensor() -> "tensor";
      case PerChannel() -> "channel";
      case PerBlock(int size) -> "block:" + size;
    };
  }
}
