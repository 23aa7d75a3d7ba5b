package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.source.RowSource;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A tensor of a folder under its name in a GGUF file. Matrices have the type that they have in the
 * folder, doubles apart, which become floats as vectors do.
 *
 * <p>Of rows that are turned pair by pair, transformers keep the first of all pairs of a head and
 * then the second of all; GGUF keeps pairs together: row {@code 2 j + s} of a head is row {@code s
 * d / 2 + j} of the folder's, for heads of {@code d} rows.
 */
final class StoredRows implements RowSource {
  private final Tensor tensor;
  private final TensorInfo info;

  /** Values that stay neighbours: a row, or one value of a vector. */
  private final int unit;

  /** Half the rows of a head; 0 if rows stay in their order. */
  private final long half;

  private final float shift;

  /** Bytes of a value if they are taken as they lie; 0 if they change. */
  private final int width;

  /**
   * @throws UnsupportedModelException if it holds no floats, or a head has an odd number of rows
   */
  StoredRows(Path file, Slot slot, Tensor tensor) {
    this.tensor = tensor;
    this.info = new TensorInfo(slot.target(), type(file, slot, tensor), reversed(tensor.shape()));
    this.unit = tensor.rank() < 2 ? 1 : info.columns();
    this.shift = slot.shift();
    long rows = slot.heads() == 0 ? 0 : tensor.dimension(0) / slot.heads();
    if (rows % 2 != 0)
      throw new UnsupportedModelException(
          file, "tensor \"%s\": heads of %d rows".formatted(slot.name(), rows));
    this.half = rows / 2;
    boolean same = info.type().dtype().filter(type -> type == tensor.dtype()).isPresent();
    this.width = same && shift == 0 ? tensor.dtype().bits() / Byte.SIZE : 0;
  }

  private static TensorType type(Path file, Slot slot, Tensor tensor) {
    TensorType own =
        switch (tensor.dtype()) {
          case FLOAT32, FLOAT64 -> Plain.F32;
          case FLOAT16 -> new Blocks(BlockType.F16);
          case BFLOAT16 -> new Blocks(BlockType.BF16);
          default ->
              throw new UnsupportedModelException(
                  file,
                  "tensor \"%s\" is %s, expected F32, F16, BF16 or F64"
                      .formatted(slot.name(), tensor.dtype()));
        };
    return tensor.rank() < 2 ? Plain.F32 : own;
  }

  private static long[] reversed(long[] shape) {
    long[] dimensions = new long[shape.length];
    for (int i = 0; i < shape.length; i++) dimensions[i] = shape[shape.length - 1 - i];
    return dimensions;
  }

  @Override
  public TensorInfo info() {
    return info;
  }

  @Override
  public boolean hasValues() {
    return true;
  }

  @Override
  public void readRows(long first, int count, float[] out) {
    Objects.checkFromIndexSize(first, (long) count, info.rows());
    read(first * info.columns(), Math.multiplyExact(count, info.columns()), out);
  }

  @Override
  public void copyBlocks(long first, int count, byte[] out) {
    Objects.checkFromIndexSize(first, (long) count, tensor.count());
    if (width == 0) {
      float[] values = new float[count];
      read(first, count, values);
      ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    } else {
      Objects.checkFromIndexSize(0, Math.multiplyExact(count, width), out.length);
      runs(first, count, (from, at, length) -> copy(from, length, out, at));
    }
  }

  private void copy(long from, int length, byte[] out, int at) {
    MemorySegment.copy(
        tensor.data(), ValueLayout.JAVA_BYTE, from * width, out, at * width, length * width);
  }

  private void read(long first, int count, float[] out) {
    Objects.checkFromIndexSize(0, count, out.length);
    if (half == 0) {
      tensor.copyFloats(first, out, count);
    } else {
      float[] run = new float[Math.min(unit, count)];
      runs(
          first,
          count,
          (from, at, length) -> {
            tensor.copyFloats(from, run, length);
            System.arraycopy(run, 0, out, at, length);
          });
    }
    if (shift != 0) for (int i = 0; i < count; i++) out[i] += shift;
  }

  /** Is told of values that are neighbours both here and in the folder. */
  private interface Run {
    void copy(long from, int at, int length);
  }

  private void runs(long first, int count, Run run) {
    if (half == 0) {
      run.copy(first, 0, count);
      return;
    }
    int done = 0;
    while (done < count) {
      long at = first + done;
      int within = (int) (at % unit);
      int length = Math.min(unit - within, count - done);
      run.copy(stored(at / unit) * unit + within, done, length);
      done += length;
    }
  }

  /** The row of the folder's tensor that is row {@code row} here. */
  private long stored(long row) {
    long inHead = row % (2 * half);
    return row - inHead + inHead % 2 * half + inHead / 2;
  }
}
