package dev.halftone.number.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.number.gguf.BlockType.Importance;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What every type does, and refuses. */
class BlockTypeTest {
  private static final int COLUMNS = 512;

  private static float[] row(int length) {
    Random random = new Random(length);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) x[i] = (float) random.nextGaussian();
    return x;
  }

  private static float @Nullable [] weights(BlockType type, int length) {
    if (type.importance() != Importance.REQUIRED) return null;
    float[] weights = new float[length];
    Arrays.fill(weights, 1f);
    return weights;
  }

  private static byte[] blocks(BlockType type, float[] x) {
    byte[] out = new byte[Math.toIntExact(type.bytes(x.length))];
    type.quantize(x, 0, x.length, weights(type, x.length), out, 0);
    return out;
  }

  /** Root mean square errors of normally distributed values that each type stays below. */
  private static double budget(BlockType type) {
    return switch (type) {
      case F16 -> 0.0003;
      case BF16 -> 0.0025;
      case Q8_0 -> 0.006;
      case Q6_K -> 0.02;
      case Q5_0, Q5_1, Q5_K -> 0.05;
      case Q4_0, Q4_1, Q4_K, IQ4_NL, IQ4_XS -> 0.095;
      case MXFP4, NVFP4 -> 0.13;
      case Q3_K, IQ3_S, IQ3_XXS -> 0.23;
      case Q2_K, IQ2_S, IQ2_XS, IQ2_XXS -> 0.36;
      case Q1_0, IQ1_M, IQ1_S -> 0.61;
      case Q2_0, TQ1_0, TQ2_0 -> 0.85;
    };
  }

  @ParameterizedTest
  @EnumSource
  void valuesComeBackNearly(BlockType type) {
    float[] x = row(64 * COLUMNS);
    float[] values = new float[x.length];
    type.dequantize(blocks(type, x), 0, values, 0, x.length);
    double sum = 0;
    for (int i = 0; i < x.length; i++) sum += Math.pow(values[i] - x[i], 2);
    assertThat(Math.sqrt(sum / x.length)).isLessThan(budget(type));
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheBlocksAreWritten(BlockType type) {
    float[] x = row(3 + COLUMNS + 5);
    float[] copy = x.clone();
    int bytes = Math.toIntExact(type.bytes(COLUMNS));
    byte[] out = new byte[bytes + 7];
    Arrays.fill(out, (byte) 0xAA);
    type.quantize(x, 3, 3 + COLUMNS, weights(type, COLUMNS), out, 2);
    byte[] alone = blocks(type, Arrays.copyOfRange(x, 3, 3 + COLUMNS));
    assertThat(x).isEqualTo(copy);
    assertThat(Arrays.copyOfRange(out, 2, 2 + bytes)).isEqualTo(alone);
    assertThat(Arrays.copyOf(out, 2)).containsOnly(0xAA);
    assertThat(Arrays.copyOfRange(out, 2 + bytes, out.length)).containsOnly(0xAA);

    float[] values = new float[COLUMNS + 4];
    Arrays.fill(values, 77f);
    type.dequantize(out, 2, values, 1, 1 + COLUMNS);
    assertThat(values[0]).isEqualTo(77f);
    assertThat(Arrays.copyOfRange(values, 1 + COLUMNS, values.length)).containsOnly(77f);
  }

  /** Any bytes at all: nothing is out of bounds. */
  @ParameterizedTest
  @EnumSource
  void anyBytesAreBlocks(BlockType type) {
    byte[] blocks = new byte[100 * type.blockBytes()];
    new Random(1).nextBytes(blocks);
    float[] values = new float[100 * type.blockValues()];
    type.dequantize(blocks, 0, values, 0, values.length);
    Arrays.fill(blocks, (byte) 0xFF);
    type.dequantize(blocks, 0, values, 0, values.length);
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyRowHasNoBlocks(BlockType type) {
    assertThat(blocks(type, new float[0])).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatIsNotWholeBlocksIsRefused(BlockType type) {
    assumeTrue(type.blockValues() > 1, type + " has blocks of one value");
    int length = type.blockValues() + 1;
    assertThatThrownBy(() -> type.quantize(new float[length], 0, length, null, new byte[2000], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%d values in blocks of %s, expected a multiple of %d",
            length, type, type.blockValues());
    assertThatThrownBy(() -> type.dequantize(new byte[2000], 0, new float[length], 0, length))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void tooLittleRoomIsRefused(BlockType type) {
    float[] x = row(COLUMNS);
    int bytes = Math.toIntExact(type.bytes(COLUMNS));
    float[] weights = weights(type, COLUMNS);
    assertThatThrownBy(() -> type.quantize(x, 0, COLUMNS, weights, new byte[bytes - 1], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> type.quantize(x, 0, COLUMNS, weights, new byte[bytes], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> type.quantize(x, 1, COLUMNS + 1, weights, new byte[bytes], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> type.dequantize(new byte[bytes - 1], 0, x, 0, COLUMNS))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> type.dequantize(new byte[bytes], 0, x, 1, COLUMNS + 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @EnumSource
  void valuesThatAreNotFiniteAreRefused(BlockType type) {
    assumeTrue(type.blockValues() > 1, type + " stores them");
    for (float special : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      float[] x = row(COLUMNS);
      x[300] = special;
      assertThatThrownBy(() -> blocks(type, x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("value 300 is " + special);
    }
  }

  @ParameterizedTest
  @EnumSource(BlockType.class)
  void rowsWithTheSameImportance(BlockType type) {
    int rows = 3;
    float[] x = new float[rows * COLUMNS];
    float[] weights = new float[COLUMNS];
    Random random = new Random(12);
    for (int i = 0; i < x.length; i++) x[i] = (float) random.nextGaussian();
    for (int i = 0; i < COLUMNS; i++) weights[i] = random.nextFloat();
    int width = (int) type.bytes(COLUMNS);
    byte[] one = new byte[rows * width + 1];
    for (int row = 0; row < rows; row++)
      type.quantize(x, row * COLUMNS, (row + 1) * COLUMNS, weights, one, 1 + row * width);
    byte[] all = new byte[rows * width + 1];
    type.quantizeRows(x, 0, x.length, new ColumnImportance(weights), all, 1);
    assertThat(all).isEqualTo(one);
    ColumnImportance longer = new ColumnImportance(new float[COLUMNS + 256]);
    assertThatThrownBy(() -> type.quantizeRows(x, 0, COLUMNS, longer, new byte[width], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("512 values in rows of 768");
    ColumnImportance none = new ColumnImportance(new float[0]);
    assertThatThrownBy(() -> type.quantizeRows(x, 0, COLUMNS, none, new byte[width], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("512 values in rows of 0");
  }

  /**
   * Long rows are gone through in parts, each with the importance of its columns. Of types whose
   * blocks look at nothing outside of them.
   */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.MATCH_ANY,
      names = {"Q[2-6]_K", "IQ[1-3]_.*", "IQ4_XS"})
  void importanceOfLongRows(BlockType type) {
    int columns = 35 * 256;
    float[] x = row(columns);
    float[] weights = row(columns);
    for (int i = 0; i < columns; i++) weights[i] = Math.abs(weights[i]);
    byte[] whole = new byte[Math.toIntExact(type.bytes(columns))];
    type.quantize(x, 0, columns, weights, whole, 0);
    byte[] parts = new byte[whole.length];
    int width = Math.toIntExact(type.bytes(256));
    for (int i = 0, at = 0; i < columns; i += 256, at += width)
      type.quantize(x, i, i + 256, Arrays.copyOfRange(weights, i, i + 256), parts, at);
    assertThat(whole).isEqualTo(parts);
  }

  @ParameterizedTest
  @EnumSource
  void importanceHasToFit(BlockType type) {
    float[] x = row(COLUMNS);
    byte[] out = new byte[Math.toIntExact(type.bytes(COLUMNS))];
    assertThatThrownBy(() -> type.quantize(x, 0, COLUMNS, new float[COLUMNS - 1], out, 0))
        .hasMessage("511 importance weights for 512 columns");
    float[] weights = new float[COLUMNS];
    weights[7] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(() -> type.quantize(x, 0, COLUMNS, weights, out, 0))
        .hasMessage("importance 7 is Infinity");
    weights[7] = -1f;
    assertThatThrownBy(() -> type.quantize(x, 0, COLUMNS, weights, out, 0))
        .hasMessage("importance 7 is -1.0");
    if (type.importance() != Importance.REQUIRED) return;
    assertThatThrownBy(() -> type.quantize(x, 0, COLUMNS, null, out, 0))
        .hasMessage(type + " needs importance weights");
  }

  @ParameterizedTest
  @EnumSource
  void idsLeadBack(BlockType type) {
    assertThat(BlockType.ofId(type.id())).contains(type);
  }

  @Test
  void otherIdsAreNoType() {
    assertThat(BlockType.ofId(4)).isEmpty();
    assertThat(BlockType.ofId(-1)).isEmpty();
  }

  @Test
  void sizesAreThoseOfTheFormat() {
    assertThat(BlockType.Q4_K.bitsPerValue()).isEqualTo(4.5);
    assertThat(BlockType.Q6_K.bytes(512)).isEqualTo(420);
    assertThat(BlockType.F16.bytes(3)).isEqualTo(6);
    assertThatThrownBy(() -> BlockType.Q8_0.bytes(-32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BlockType.F16.bytes(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }
}
