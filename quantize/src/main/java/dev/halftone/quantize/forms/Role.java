package dev.halftone.quantize.forms;

import dev.halftone.graph.Node;
import java.util.Set;

/** What a constant is to a node that reads it. */
public enum Role {
  /** The right operand of a MatMul or Gemm. */
  MATRIX,
  /** The data of a Gather along axis 0: an embedding table. */
  TABLE,
  /** The weight of a Conv or ConvTranspose, {@code [O, ...]}. */
  CONVOLUTION,
  /**
   * The input or recurrence weight of a GRU, LSTM or RNN, {@code [directions, gates * hidden,
   * ...]}.
   */
  RECURRENT,
  /** The left operand of a MatMul or Gemm. */
  LEFT_MATRIX,
  /** Cut, turned or joined before it is one of the above. */
  SHAPED,
  /** Nothing that quantization knows of: a bias, a shape, a table of masks. */
  OTHER;

  private static final Set<String> CONVOLUTIONS = Set.of("Conv", "ConvTranspose");
  private static final Set<String> RECURRENCES = Set.of("GRU", "LSTM", "RNN");
  private static final Set<String> SHAPING =
      Set.of(
          "Concat",
          "Flatten",
          "Identity",
          "Reshape",
          "Slice",
          "Split",
          "Squeeze",
          "Transpose",
          "Unsqueeze");

  /** What the node's own input at that position is to it; never {@link #SHAPED}. */
  public static Role direct(Node node, int input) {
    if (!node.domain().isEmpty()) return OTHER;
    String type = node.opType();
    if (type.equals("MatMul") || type.equals("Gemm")) {
      return input == 1 ? MATRIX : input == 0 ? LEFT_MATRIX : OTHER;
    }
    if (CONVOLUTIONS.contains(type)) return input == 1 ? CONVOLUTION : OTHER;
    if (RECURRENCES.contains(type)) return input == 1 || input == 2 ? RECURRENT : OTHER;
    boolean rows = type.equals("Gather") && input == 0 && node.integer("axis", 0) == 0;
    return rows ? TABLE : OTHER;
  }

  /** Whether the node only moves the values of its first inputs. */
  static boolean shapes(Node node) {
    return node.domain().isEmpty() && SHAPING.contains(node.opType());
  }
}
