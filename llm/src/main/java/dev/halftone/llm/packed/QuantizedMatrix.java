package dev.halftone.llm.packed;

import dev.halftone.number.FloatFormat;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** A matrix {@code [rows, columns]} of values {@code (code - zero point) * scale}. */
public final class QuantizedMatrix implements StoredFloats {
  private final long rows;
  private final int columns;
  private final Grid codes;
  private final Grid zeroPoints;
  private final Tensor scales;
  private final Groups groups;
  private final DType type;

  /**
   * @param zeroPoints {@code [rows, groups]}
   * @param scales a scale, or as many as rows and groups tell, row by row or group by group
   * @param type of codes: UINT4, UINT8, INT8 or FLOAT8E4M3FN
   */
  QuantizedMatrix(
      long rows, Grid codes, Grid zeroPoints, Tensor scales, Groups groups, DType type) {
    this.rows = rows;
    this.columns = groups.columns();
    this.codes = codes;
    this.zeroPoints = zeroPoints;
    this.scales = scales;
    this.groups = groups;
    this.type = type;
  }

  @Override
  public long[] shape() {
    return new long[] {rows, columns};
  }

  @Override
  public DType dtype() {
    return scales.dtype();
  }

  /** The type of its codes: UINT4, UINT8, INT8 or FLOAT8E4M3FN. */
  public DType codeType() {
    return type;
  }

  /**
   * Columns of a group, of which the last may be smaller; empty where columns are of groups in any
   * order.
   */
  public OptionalInt groupSize() {
    int size = 0;
    while (size < columns && groups.of(size) == 0) size++;
    if (size == 0) return OptionalInt.empty();
    for (int column = size; column < columns; column++)
      if (groups.of(column) != column / size) return OptionalInt.empty();
    return OptionalInt.of(size);
  }

  /** The scale of a group of a row. */
  public float scale(long row, int group) {
    return scales.floatAt(groups.scale(row, group, rows));
  }

  /** The zero point of a group of a row, as it is taken from codes; perhaps no code itself. */
  public int zeroPoint(long row, int group) {
    return zeroPoints.at(row, group);
  }

  @Override
  public Optional<Tensor> plain() {
    return Optional.empty();
  }

  @Override
  public void copyFloats(long from, float[] out, int count) {
    Objects.checkFromIndexSize(from, (long) count, rows * columns);
    Objects.checkFromIndexSize(0, count, out.length);
    int done = 0;
    while (done < count) {
      long row = (from + done) / columns;
      int column = (int) ((from + done) % columns);
      int length = Math.min(columns - column, count - done);
      copyRow(row, column, out, done, length);
      done += length;
    }
  }

  private void copyRow(long row, int column, float[] out, int at, int length) {
    int group = -1;
    int zeroPoint = 0;
    float scale = 0;
    boolean floats = type == DType.FLOAT8E4M3FN;
    for (int i = 0; i < length; i++) {
      int next = groups.of(column + i);
      if (next != group) {
        group = next;
        zeroPoint = zeroPoint(row, group);
        scale = scale(row, group);
      }
      int code = codes.at(row, column + i);
      out[at + i] = (floats ? FloatFormat.E4M3.decode(code) : code - zeroPoint) * scale;
    }
  }
}
