package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.packed.StoredFloats;
import dev.halftone.llm.source.RowSource;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a folder under its name in a GGUF file. Matrices have the type that they have in the
 * folder, doubles apart, which become floats as vectors do.
 *
 * <p>Of rows that are turned pair by pair, transformers keep the first of all pairs of a head and
 * then the second of all; GGUF keeps pairs together: row {@code 2 j + s} of a head is row {@code s
 * d / 2 + j} of the folder's, for heads of {@code d} rows.
 */
final class StoredRows implements RowSource {
  private final StoredFloats floats;
  private final TensorInfo info;

  /** Values that stay neighbours: a row, or one value of a vector. */
  private final int unit;

  /** Half the rows of a head; 0 if rows stay in their order. */
  private final long half;

  private final float shift;

  /** The values if they are taken as they lie; null if they change. */
  private final @Nullable Tensor lying;

  /** Bytes of a value of the result. */
  private final int width;

  /**
   * @throws UnsupportedModelException if it holds no floats, or a head has an odd number of rows
   */
  StoredRows(Path file, Slot slot, StoredFloats floats) {
    this.floats = floats;
    long[] shape = floats.shape();
    this.info = new TensorInfo(slot.target(), type(file, slot, floats), reversed(shape));
    this.unit = shape.length < 2 ? 1 : info.columns();
    this.shift = slot.shift();
    long rows = slot.heads() == 0 ? 0 : shape[0] / slot.heads();
    if (rows % 2 != 0)
      throw new UnsupportedModelException(
          file, "tensor \"%s\": heads of %d rows".formatted(slot.name(), rows));
    this.half = rows / 2;
    boolean same = info.type().dtype().filter(type -> type == floats.dtype()).isPresent();
    this.lying = same && shift == 0 ? floats.plain().orElse(null) : null;
    this.width = info.type().blockBytes();
  }

  private static TensorType type(Path file, Slot slot, StoredFloats floats) {
    TensorType own =
        switch (floats.dtype()) {
          case FLOAT32, FLOAT64 -> Plain.F32;
          case FLOAT16 -> new Blocks(BlockType.F16);
          case BFLOAT16 -> new Blocks(BlockType.BF16);
          default ->
              throw new UnsupportedModelException(
                  file,
                  "tensor \"%s\" is %s, expected F32, F16, BF16 or F64"
                      .formatted(slot.name(), floats.dtype()));
        };
    return floats.shape().length < 2 || slot.isRouter() ? Plain.F32 : own;
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
    Objects.checkFromIndexSize(first, (long) count, info.rows() * info.columns());
    Objects.checkFromIndexSize(0, Math.multiplyExact(count, width), out.length);
    Tensor same = lying;
    if (same == null) {
      store(first, count, out);
    } else {
      runs(
          first,
          count,
          (from, at, length) -> same.copyBytes(from * width, length * width, out, at * width));
    }
  }

  /** Values in the type of the result: floats, or rounded to halves. */
  private void store(long first, int count, byte[] out) {
    float[] values = new float[count];
    read(first, count, values);
    if (info.type() instanceof Blocks(BlockType type))
      type.quantize(values, 0, count, null, out, 0);
    else ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
  }

  private void read(long first, int count, float[] out) {
    Objects.checkFromIndexSize(0, count, out.length);
    if (half == 0) {
      floats.copyFloats(first, out, count);
    } else {
      float[] run = new float[Math.min(unit, count)];
      runs(
          first,
          count,
          (from, at, length) -> {
            floats.copyFloats(from, run, length);
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
