package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.llm.source.RowSource;
import java.util.List;

/**
 * What one tensor of the result is made of.
 *
 * @param target the type that it is stored as; that of the source if it is to be copied
 * @param importance for each matrix (through all dimensions but the first two) the weights of its
 *     columns; empty for none
 */
public record TensorJob(RowSource source, TensorType target, List<float[]> importance) {
  /**
   * @throws IllegalArgumentException if the source cannot become that type, or the weights are not
   *     as many as matrices and columns
   */
  public TensorJob {
    importance = List.copyOf(importance);
    TensorInfo info = source.info();
    boolean possible = target instanceof Blocks || target == Plain.F32;
    if (!target.equals(info.type()) && !(possible && source.hasValues()))
      throw new IllegalArgumentException("%s cannot become %s".formatted(info, target));
    if (!importance.isEmpty() && importance.size() != matrices(info))
      throw new IllegalArgumentException(
          "%s: importance of %d matrices".formatted(info, importance.size()));
    for (float[] columns : importance) {
      if (columns.length != info.columns())
        throw new IllegalArgumentException(
            "%s: importance of %d columns".formatted(info, columns.length));
    }
  }

  /** A tensor that is copied as it is. */
  public static TensorJob copy(RowSource source) {
    return new TensorJob(source, source.info().type(), List.of());
  }

  private static long matrices(TensorInfo info) {
    long matrix = rowsOfMatrix(info);
    return matrix == 0 ? 0 : info.rows() / matrix;
  }

  private static long rowsOfMatrix(TensorInfo info) {
    return info.dimensions().length < 2 ? 1 : info.dimensions()[1];
  }

  boolean isCopy() {
    return target.equals(source.info().type());
  }

  /** Name, dimensions and type in the result. */
  public TensorInfo info() {
    return source.info().as(target);
  }

  /** Number of the matrix that a row is of. */
  int matrixOf(long row) {
    return (int) (row / rowsOfMatrix(source.info()));
  }
}
