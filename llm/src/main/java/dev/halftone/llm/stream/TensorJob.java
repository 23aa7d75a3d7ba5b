package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.llm.source.RowSource;
import java.util.Optional;

/**
 * What one tensor of the result is made of.
 *
 * @param target the type that it is stored as; that of the source if it is to be copied
 * @param importance empty for none
 */
public record TensorJob(
    RowSource source, TensorType target, Optional<MatrixImportance> importance) {
  /**
   * @throws IllegalArgumentException if the source cannot become that type
   */
  public TensorJob {
    TensorInfo info = source.info();
    boolean possible = target instanceof Blocks || target == Plain.F32;
    if (!target.equals(info.type()) && !(possible && source.hasValues()))
      throw new IllegalArgumentException("%s cannot become %s".formatted(info, target));
  }

  /** A tensor that is copied as it is. */
  public static TensorJob copy(RowSource source) {
    return new TensorJob(source, source.info().type(), Optional.empty());
  }

  /** Matrices of the tensor: through all dimensions but the first two. */
  long matrices() {
    TensorInfo info = source.info();
    long rows = rowsOfMatrix(info);
    return rows == 0 ? 0 : info.rows() / rows;
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

  /** Length of a row, in the source as in the result. */
  int columns() {
    return source.info().columns();
  }

  /** Number of the matrix that a row is of. */
  long matrixOf(long row) {
    return row / rowsOfMatrix(source.info());
  }
}
