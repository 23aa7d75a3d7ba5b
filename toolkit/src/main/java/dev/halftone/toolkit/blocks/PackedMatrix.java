package dev.halftone.toolkit.blocks;

import dev.halftone.llm.packed.QuantizedMatrix;
import dev.halftone.tensor.DType;
import java.util.OptionalInt;

/**
 * A matrix as GPTQ, AWQ or compressed-tensors store it, in blocks that its groups consist of: the
 * largest power of 2 from 16 to 256 that groups are whole numbers of.
 *
 * @param group columns of a group
 * @param shift what is added to stored codes and zero points
 */
record PackedMatrix(
    String name, QuantizedMatrix matrix, int group, int block, int shift, DType codes)
    implements BlockMatrix {
  private static final int LEAST = 16;
  private static final int MOST = 256;

  /** Of groups that are whole rows, whose length need be no whole number of anything. */
  private static final int OF_ROWS = 128;

  /** A matrix, or the reason why it has no such blocks. */
  sealed interface Result {
    record Found(PackedMatrix matrix) implements Result {}

    record Refused(String reason) implements Result {}
  }

  static Result of(String name, QuantizedMatrix matrix) {
    if (matrix.codeType() == DType.FLOAT8E4M3FN) return new Result.Refused("FP8");
    OptionalInt group = matrix.groupSize();
    if (group.isEmpty())
      return new Result.Refused("groups of columns in any order, by g_idx, which are no blocks");
    int columns = columns(matrix);
    int block =
        group.getAsInt() >= columns
            ? OF_ROWS
            : Math.min(MOST, Integer.lowestOneBit(group.getAsInt()));
    if (block < LEAST)
      return new Result.Refused("groups of %d columns".formatted(group.getAsInt()));
    int shift = matrix.codeType() == DType.INT8 ? 1 << Byte.SIZE - 1 : 0;
    return zeroPoints(new PackedMatrix(name, matrix, group.getAsInt(), block, shift, DType.UINT8));
  }

  private static int columns(QuantizedMatrix matrix) {
    return Math.toIntExact(matrix.shape()[1]);
  }

  /** Looks at all zero points, for what codes there are and whether any has no code. */
  private static Result zeroPoints(PackedMatrix plain) {
    int bits = plain.matrix.codeType().bits();
    boolean middle = true;
    for (long row = 0; row < plain.rows(); row++) {
      for (int at = 0; at < Math.ceilDiv(plain.columns(), plain.group); at++) {
        int zeroPoint = plain.matrix.zeroPoint(row, at) + plain.shift;
        if (zeroPoint < 0 || zeroPoint >= 1 << bits)
          return new Result.Refused("a zero point of %d, of %d bits".formatted(zeroPoint, bits));
        middle &= zeroPoint == 1 << bits - 1;
      }
    }
    DType codes = bits == 4 ? middle ? DType.INT4 : DType.UINT4 : middle ? DType.INT8 : DType.UINT8;
    return new Result.Found(
        new PackedMatrix(plain.name, plain.matrix, plain.group, plain.block, plain.shift, codes));
  }

  @Override
  public long rows() {
    return matrix.shape()[0];
  }

  @Override
  public int columns() {
    return columns(matrix);
  }

  @Override
  public void read(long row, float[] out) {
    matrix.copyFloats(row * columns(), out, columns());
  }

  private int groupOf(long block) {
    return (int) (block * this.block / group);
  }

  /** The scale of a block of a row; 1 for one of 0, whose values are zeros by any. */
  @Override
  public float scale(long row, long at) {
    float scale = matrix.scale(row, groupOf(at));
    return scale == 0 ? 1 : scale;
  }

  @Override
  public int zeroPoint(long row, long at) {
    return matrix.zeroPoint(row, groupOf(at)) + shift;
  }
}
