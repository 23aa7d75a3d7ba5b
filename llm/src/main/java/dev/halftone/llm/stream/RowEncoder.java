package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.kernels.Kernels;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.number.gguf.ColumnImportance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** One thread's memory for units: their values and their bytes. Not thread-safe. */
final class RowEncoder {
  /** Values that are read before they are encoded, or one row if that has more: they stay near. */
  private static final int NEAR = 1 << 13;

  private float[] values = {};
  private float[] decoded = {};
  private byte[] bytes = {};

  private @Nullable MatrixImportance weighted;
  private long weightedMatrix;
  private @Nullable ColumnImportance columnWeights;

  /** Sums of squares of a row of the source, and of how far the result is from it. */
  record Error(double signal, double noise) {
    static final Error NONE = new Error(0, 0);
  }

  /** The bytes of the unit that was made last, from 0 on. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * Makes a unit's bytes.
   *
   * @return the error of its first row
   * @throws IllegalArgumentException if a value cannot be stored: says which
   */
  Error encode(Unit unit, TensorJob job) {
    if (bytes.length < unit.bytes()) bytes = new byte[unit.bytes()];
    if (job.isCopy()) {
      job.source().copyBlocks(unit.first(), unit.count(), bytes);
      return Error.NONE;
    }
    int columns = job.columns();
    int piece = Math.min(unit.count(), Math.max(1, NEAR / columns));
    if (values.length < piece * columns) values = new float[piece * columns];
    int width = unit.bytes() / unit.count();
    Error error = Error.NONE;
    for (int row = 0; row < unit.count(); row += piece) {
      int rows = Math.min(piece, unit.count() - row);
      long first = unit.first() + row;
      job.source().readRows(first, rows, values);
      if (job.target() instanceof Blocks(BlockType type)) {
        quantize(type, job, first, rows, row * width);
        if (row == 0) error = error(type, columns);
      } else {
        store(rows * columns, row * width);
      }
    }
    return error;
  }

  private void store(int count, int at) {
    ByteBuffer floats = ByteBuffer.wrap(bytes, at, count * Float.BYTES);
    floats.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values, 0, count);
  }

  /**
   * Without importance all blocks are alike, whichever row they are of, and many at a time take
   * less time; with it, rows of one matrix. Which value cannot be stored is found row by row.
   */
  private void quantize(BlockType type, TensorJob job, long first, int rows, int at) {
    int columns = job.columns();
    if (job.importance().isEmpty() || job.matrixOf(first) == job.matrixOf(first + rows - 1)) {
      try {
        type.quantizeRows(values, 0, rows * columns, importance(job, first), bytes, at);
        return;
      } catch (IllegalArgumentException e) {
        // Told below, with the row.
      }
    }
    int width = Math.toIntExact(type.bytes(columns));
    for (int row = 0; row < rows; row++) {
      int from = row * columns;
      try {
        ColumnImportance weights = importance(job, first + row);
        type.quantizeRows(values, from, from + columns, weights, bytes, at + row * width);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "tensor \"%s\" row %d: %s".formatted(job.info().name(), first + row, e.getMessage()),
            e);
      }
    }
  }

  /** The same for all rows of a matrix, which come one after the other. */
  private @Nullable ColumnImportance importance(TensorJob job, long row) {
    if (job.importance().isEmpty()) return null;
    MatrixImportance all = job.importance().get();
    long matrix = job.matrixOf(row);
    if (all != weighted || matrix != weightedMatrix || columnWeights == null) {
      columnWeights = new ColumnImportance(all.of(matrix));
      weighted = all;
      weightedMatrix = matrix;
    }
    return columnWeights;
  }

  private Error error(BlockType type, int columns) {
    if (decoded.length < columns) decoded = new float[columns];
    type.dequantize(bytes, 0, decoded, 0, columns);
    return new Error(
        Kernels.sumOfSquares(values, 0, columns),
        Kernels.sumOfSquaredDifferences(values, 0, decoded, 0, columns));
  }
}
