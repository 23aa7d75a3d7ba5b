package dev.halftone.llm.mixture;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.number.gguf.BlockType;
import java.util.Optional;

/** What stands in where a row is not a whole number of blocks. */
final class RowLength {
  private RowLength() {}

  static long of(TensorInfo tensor) {
    long[] dimensions = tensor.dimensions();
    return dimensions.length == 0 ? 1 : dimensions[0];
  }

  static boolean fits(TensorInfo tensor, TensorType type) {
    return of(tensor) % type.blockValues() == 0;
  }

  /**
   * The type, or one with shorter blocks, or F16.
   *
   * @throws UnsupportedModelException if the row does not fit the type and nothing stands in for it
   */
  static TensorType fit(TensorInfo tensor, TensorType type) {
    if (fits(tensor, type)) return type;
    TensorType shorter =
        type instanceof Blocks(BlockType blocks) ? shorter(blocks).orElse(null) : null;
    if (shorter == null) throw misfit(tensor, type);
    return fits(tensor, shorter) ? shorter : new Blocks(BlockType.F16);
  }

  static String problem(TensorInfo tensor, TensorType type) {
    return "row length %d is no multiple of %d".formatted(of(tensor), type.blockValues());
  }

  static UnsupportedModelException misfit(TensorInfo tensor, TensorType type) {
    return new UnsupportedModelException(
        "tensor \"%s\"".formatted(tensor.name()),
        "%s, which %s needs".formatted(problem(tensor, type), type));
  }

  private static Optional<TensorType> shorter(BlockType type) {
    return switch (type) {
      case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_XS -> blocks(BlockType.IQ4_NL);
      case Q2_0, Q2_K, Q3_K, TQ1_0, TQ2_0 -> blocks(BlockType.Q4_0);
      case Q4_K -> blocks(BlockType.Q5_0);
      case Q5_K -> blocks(BlockType.Q5_1);
      case Q6_K -> blocks(BlockType.Q8_0);
      case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL -> blocks(BlockType.F16);
      case F16, BF16, MXFP4, NVFP4, Q1_0 -> Optional.empty();
    };
  }

  private static Optional<TensorType> blocks(BlockType type) {
    return Optional.of(new Blocks(type));
  }
}
