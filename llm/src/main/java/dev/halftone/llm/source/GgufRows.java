package dev.halftone.llm.source;

import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A tensor of a GGUF file, as it lies there. */
public final class GgufRows implements RowSource {
  private final GgufTensor stored;
  private final @Nullable Tensor plain;
  private final int columns;

  /**
   * @throws IllegalArgumentException if a row is longer than an array
   */
  public GgufRows(GgufTensor stored) {
    this.stored = stored;
    this.plain = stored.tensor().filter(GgufRows::isFloat).orElse(null);
    this.columns = stored.info().columns();
  }

  private static boolean isFloat(Tensor tensor) {
    return tensor.dtype().isFloat() && tensor.dtype() != DType.FLOAT64;
  }

  @Override
  public TensorInfo info() {
    return stored.info();
  }

  @Override
  public boolean hasValues() {
    return plain != null || stored.type() instanceof TensorType.Blocks;
  }

  @Override
  public void readRows(long first, int count, float[] out) {
    Objects.checkFromIndexSize(first, (long) count, info().rows());
    int values = Math.multiplyExact(count, columns);
    Objects.checkFromIndexSize(0, values, out.length);
    if (plain != null) {
      plain.copyFloats(first * columns, out, values);
    } else if (stored.type() instanceof TensorType.Blocks(var type)) {
      int blocks = values / type.blockValues();
      byte[] bytes = new byte[Math.toIntExact(type.bytes(values))];
      stored.copyBlocks(first * columns / type.blockValues(), blocks, bytes, 0);
      type.dequantize(bytes, 0, out, 0, values);
    } else {
      throw new UnsupportedOperationException(info() + " stands for no floats");
    }
  }

  @Override
  public void copyBlocks(long first, int count, byte[] out) {
    stored.copyBlocks(first, count, out, 0);
  }
}
