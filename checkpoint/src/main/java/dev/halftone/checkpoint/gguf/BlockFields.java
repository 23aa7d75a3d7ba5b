package dev.halftone.checkpoint.gguf;

import dev.halftone.number.gguf.BlockType;
import java.util.Optional;

/** Where blocks have fields of two bytes, which is all that a byte order changes in them. */
final class BlockFields {
  private BlockFields() {}

  /** Empty for the types with a grid, whose packed codes each platform reads in its own way. */
  static Optional<int[]> of(BlockType type) {
    return switch (type) {
      case F16, BF16, Q4_0, Q5_0, Q8_0, IQ4_NL, Q1_0, Q2_0 -> Optional.of(new int[] {0});
      case Q4_1, Q5_1, Q4_K, Q5_K, IQ4_XS -> Optional.of(new int[] {0, 2});
      case Q2_K -> Optional.of(new int[] {80, 82});
      case Q3_K -> Optional.of(new int[] {108});
      case Q6_K -> Optional.of(new int[] {208});
      case TQ1_0 -> Optional.of(new int[] {52});
      case TQ2_0 -> Optional.of(new int[] {64});
      case MXFP4, NVFP4 -> Optional.of(new int[0]);
      case IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M -> Optional.empty();
    };
  }

  /** Whether {@link #turn} knows the type. */
  static boolean known(TensorType type) {
    return switch (type) {
      case TensorType.Blocks(BlockType blocks) -> of(blocks).isPresent();
      case TensorType.Plain plain -> true;
    };
  }

  /** Turns the bytes of every field of the blocks in {@code bytes[from, to)} round. */
  static void turn(TensorType type, byte[] bytes, int from, int to) {
    switch (type) {
      case TensorType.Blocks(BlockType blocks) -> {
        int[] fields = of(blocks).orElseThrow();
        for (int block = from; block < to; block += type.blockBytes())
          for (int field : fields) turn(bytes, block + field, 2);
      }
      case TensorType.Plain plain -> {
        for (int at = from; at < to; at += plain.blockBytes()) turn(bytes, at, plain.blockBytes());
      }
    }
  }

  private static void turn(byte[] bytes, int at, int width) {
    for (int i = 0; i < width / 2; i++) {
      byte kept = bytes[at + i];
      bytes[at + i] = bytes[at + width - 1 - i];
      bytes[at + width - 1 - i] = kept;
    }
  }
}
