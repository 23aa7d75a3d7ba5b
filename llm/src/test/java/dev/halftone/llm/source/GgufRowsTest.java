package dev.halftone.llm.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.number.gguf.BlockType;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class GgufRowsTest {
  private static final int COLUMNS = 64;
  private static final int ROWS = 6;

  @Test
  void rowsOfFloatsAreThoseOfTheFile() {
    float[] values = ramp();
    RowSource rows = rows(Plain.F32, bytes(MemorySegment.ofArray(values)));

    float[] out = new float[2 * COLUMNS];
    rows.readRows(3, 2, out);

    assertThat(rows.hasValues()).isTrue();
    for (int i = 0; i < out.length; i++) assertThat(out[i]).isEqualTo(values[3 * COLUMNS + i]);
  }

  @Test
  void rowsOfBlocksAreDecoded() {
    float[] values = ramp();
    for (BlockType type : new BlockType[] {BlockType.F16, BlockType.Q8_0, BlockType.Q4_1}) {
      byte[] blocks = new byte[(int) type.bytes(values.length)];
      type.quantize(values, 0, values.length, null, blocks, 0);
      float[] expected = new float[values.length];
      type.dequantize(blocks, 0, expected, 0, expected.length);
      RowSource rows = rows(new TensorType.Blocks(type), blocks);

      float[] out = new float[3 * COLUMNS];
      rows.readRows(2, 3, out);
      byte[] copy = new byte[type.blockBytes()];
      rows.copyBlocks(1, 1, copy);

      assertThat(out).as(type.name()).containsExactly(slice(expected, 2 * COLUMNS, out.length));
      assertThat(MemorySegment.ofArray(copy).mismatch(block(blocks, type, 1))).isEqualTo(-1);
    }
  }

  @Test
  void integersStandForNoFloats() {
    RowSource rows = rows(Plain.I32, new byte[ROWS * COLUMNS * 4]);

    assertThat(rows.hasValues()).isFalse();
    assertThatThrownBy(() -> rows.readRows(0, 1, new float[COLUMNS]))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("I32");
  }

  @Test
  void rowsBeyondTheEndAreRefused() {
    RowSource rows = rows(Plain.F32, new byte[ROWS * COLUMNS * 4]);

    assertThatThrownBy(() -> rows.readRows(ROWS - 1, 2, new float[2 * COLUMNS]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> rows.readRows(0, 2, new float[COLUMNS]))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static RowSource rows(TensorType type, byte[] bytes) {
    TensorInfo info = new TensorInfo("w", type, new long[] {COLUMNS, 2, ROWS / 2});
    return new GgufRows(new GgufTensor(info, MemorySegment.ofArray(bytes)));
  }

  private static byte[] bytes(MemorySegment values) {
    byte[] bytes = new byte[(int) values.byteSize()];
    MemorySegment.ofArray(bytes).copyFrom(values);
    return bytes;
  }

  private static MemorySegment block(byte[] blocks, BlockType type, int index) {
    long size = type.blockBytes();
    return MemorySegment.ofArray(blocks).asSlice(index * size, size);
  }

  private static float[] slice(float[] x, int from, int length) {
    float[] part = new float[length];
    System.arraycopy(x, from, part, 0, length);
    return part;
  }

  private static float[] ramp() {
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) values[i] = (i - 150) / 64f;
    return values;
  }
}
