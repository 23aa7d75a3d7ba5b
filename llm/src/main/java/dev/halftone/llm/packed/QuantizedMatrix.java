package dev.halftone.llm.packed;

import dev.halftone.number.FloatFormat;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Objects;
import java.util.Optional;

/** A matrix {@code [rows, columns]} of values {@code (code - zero point) * scale}. */
final class QuantizedMatrix implements StoredFloats {
  private final long rows;
  private final int columns;
  private final Grid codes;
  private final Grid zeroPoints;
  private final Tensor scales;
  private final Groups groups;
  private final boolean floats;

  /**
   * @param zeroPoints {@code [rows, groups]}
   * @param scales a scale, or as many as rows and groups tell, row by row or group by group
   * @param floats whether codes are FP8 E4M3 and not integers
   */
  QuantizedMatrix(
      long rows, Grid codes, Grid zeroPoints, Tensor scales, Groups groups, boolean floats) {
    this.rows = rows;
    this.columns = groups.columns();
    this.codes = codes;
    this.zeroPoints = zeroPoints;
    this.scales = scales;
    this.groups = groups;
    this.floats = floats;
  }

  @Override
  public long[] shape() {
    return new long[] {rows, columns};
  }

  @Override
  public DType dtype() {
    return scales.dtype();
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
    for (int i = 0; i < length; i++) {
      int next = groups.of(column + i);
      if (next != group) {
        group = next;
        zeroPoint = zeroPoints.at(row, group);
        scale = scales.floatAt(groups.scale(row, group, rows));
      }
      int code = codes.at(row, column + i);
      out[at + i] = (floats ? FloatFormat.E4M3.decode(code) : code - zeroPoint) * scale;
    }
  }
}
