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

  /**
   * One scale for each tile of {@code channels} neighbouring output channels by {@code length}
   * neighbours along the axis that the operator sums over; tiles at the far ends may be smaller.
   */
  record PerTile(int channels, int length) implements Granularity {
    /** Most of either. */
    public static final int MOST = 1024;

    public PerTile {
      if (channels <= 0 || length <= 0 || channels > MOST || length > MOST)
        throw new IllegalArgumentException(
            "block %dx%d: sides are from 1 to %d".formatted(channels, length, MOST));
    }
  }

  /** Whether a scale is for a part of a channel, or for parts of several. */
  default boolean isBlocked() {
    return this instanceof PerBlock || this instanceof PerTile;
  }

  /**
   * As it is written on the command line and in recipes: {@code tensor, channel, block:32,
   * block:16x16}.
   */
  default String text() {
    return switch (this) {
      case PerTensor() -> "tensor";
      case PerChannel() -> "channel";
      case PerBlock(int size) -> "block:" + size;
      case PerTile(int channels, int length) -> "block:" + channels + "x" + length;
    };
  }
}
