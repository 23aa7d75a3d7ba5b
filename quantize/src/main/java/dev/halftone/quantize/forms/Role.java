package dev.halftone.quantize.forms;

import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.tensor.Tensor;
import java.util.Set;

/** What a constant is to a node that reads it. */
public enum Role {
  /** The right operand of a MatMul or Gemm. */
  MATRIX,
  /** The data of a Gather along axis 0: an embedding table. */
  TABLE,
  /** The weight of a Conv or ConvTranspose, {@code [O, ...]}. */
  CONVOLUTION,
  /** The input or recurrence weight of a GRU, LSTM or RNN, {@code [directions, gates * hidden, ...]}. */
  RECURRENT,
  /** The left operand of a MatMul or Gemm. */
  LEFT_MATRIX,
  /** Nothing that quantization knows of: a bias, a shape, a table of masks. */
  OTHER;

  private static final Set<String> PRODUCTS = Set.of("MatMul", "Gemm");
  private static final Set<String> CONVOLUTIONS = Set.of("Conv", "ConvTranspose");
  private static final Set<String> RECURRENCES = Set.of("GRU", "LSTM", "RNN");

  public static Role of(Reader reader, Tensor value) {
    Node node = reader.node();
    if (node == null || !node.domain().isEmpty() || value.rank() < 2) return OTHER;
    String type = node.opType();
    if (PRODUCTS.contains(type) && reader.input() < 2) return reader.input() == 1 ? MATRIX : LEFT_MATRIX;
    if (CONVOLUTIONS.contains(type) && reader.input() == 1) return CONVOLUTION;
    if (RECURRENCES.contains(type) && (reader.input() == 1 || reader.input() == 2)) return RECURRENT;
    if (type.equals("Gather") && reader.input() == 0 && node.integer("axis", 0) == 0) return TABLE;
    return OTHER;
  }
}
