package dev.halftone.llm.huggingface;

import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.llm.source.RowSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** A vector that a folder has no tensor for: what its config tells. */
final class GivenRows implements RowSource {
  private final TensorInfo info;
  private final float[] values;

  GivenRows(String name, float[] values) {
    this.info = new TensorInfo(name, Plain.F32, new long[] {values.length});
    this.values = values.clone();
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
    Objects.checkFromIndexSize(first, (long) count, 1);
    System.arraycopy(values, 0, out, 0, count * values.length);
  }

  @Override
  public void copyBlocks(long first, int count, byte[] out) {
    Objects.checkFromIndexSize(first, (long) count, values.length);
    ByteBuffer bytes = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, (int) first, count);
  }
}
