package dev.halftone.toolkit.packed;

import dev.halftone.quantize.codes.Codes;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Signed codes as the words of a file: 2^(bits - 1) more, which turns the highest bit of each, the
 * first code in the lowest bits. A word holds 8 codes of 4 bits or 4 of 8, little-endian, so packed
 * codes lie as they do already.
 */
final class Words {
  private Words() {}

  /** Codes of rows that fill their words. */
  static MemorySegment ofCodes(Codes codes) {
    long bytes = codes.format().bytes(codes.layout().codes());
    byte[] words = codes.packed(bytes).data().toArray(ValueLayout.JAVA_BYTE);
    byte highest = (byte) (codes.format().bits() == 4 ? 0x88 : 0x80);
    for (int i = 0; i < words.length; i++) words[i] ^= highest;
    return MemorySegment.ofArray(words);
  }

  /**
   * Zero points {@code [rows, groups]}, packed along the rows: words {@code [rows / n, groups]}.
   */
  static MemorySegment ofZeroPoints(Codes codes) {
    int bits = codes.format().bits();
    int ofWord = Integer.SIZE / bits;
    int rows = Math.toIntExact(codes.layout().outer());
    int groups = Math.toIntExact(codes.layout().blocks());
    Tensor zeroPoints = codes.zeroPoints((long) rows * groups);
    int[] words = new int[rows / ofWord * groups];
    for (int row = 0; row < rows; row++) {
      for (int group = 0; group < groups; group++) {
        int code = (int) zeroPoints.longAt((long) row * groups + group) + (1 << bits - 1);
        words[row / ofWord * groups + group] |= code << row % ofWord * bits;
      }
    }
    return Tensor.ofInts(words, words.length).data();
  }
}
