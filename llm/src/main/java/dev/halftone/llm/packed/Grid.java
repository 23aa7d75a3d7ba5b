package dev.halftone.llm.packed;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A matrix of small numbers. */
interface Grid {
  int at(long row, long column);

  /** The type of packed numbers. */
  static DType type(int bits) {
    return bits == 4 ? DType.UINT4 : DType.UINT8;
  }

  /** The same number everywhere. */
  static Grid of(int number) {
    return (row, column) -> number;
  }

  /** Bytes of a tensor {@code [rows, columns]}, with their sign if it is INT8. */
  static Grid bytes(Tensor tensor, boolean signed) {
    long columns = tensor.dimension(1);
    return (row, column) -> {
      byte number = tensor.data().get(ValueLayout.JAVA_BYTE, row * columns + column);
      return signed ? number : number & 0xFF;
    };
  }

  /** The same with so much added to every number. */
  default Grid plus(int more) {
    return (row, column) -> at(row, column) + more;
  }

  /** With rows for columns. */
  default Grid turned() {
    return (row, column) -> at(column, row);
  }

  /**
   * Numbers of 4 or 8 bits in the words of an INT32 tensor of two dimensions.
   *
   * @param down whether a word holds numbers of a column and not of a row
   * @param places of the numbers of a word, counted from its lowest bits
   */
  @SuppressWarnings("ArrayRecordComponent") // Constants that are not handed out.
  record Packed(Tensor words, int bits, boolean down, int[] places) implements Grid {
    private static final ValueLayout.OfInt WORD =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int[] IN_ORDER = {0, 1, 2, 3, 4, 5, 6, 7};

    /** Where AWQ puts each of eight numbers. */
    private static final int[] AWQ = {0, 4, 1, 5, 2, 6, 3, 7};

    static Grid rows(Tensor words, int bits) {
      return new Packed(words, bits, false, IN_ORDER);
    }

    static Grid columns(Tensor words, int bits) {
      return new Packed(words, bits, true, IN_ORDER);
    }

    static Grid awqRows(Tensor words) {
      return new Packed(words, 4, false, AWQ);
    }

    @Override
    public int at(long row, long column) {
      int ofWord = Integer.SIZE / bits;
      long wordRow = down ? row / ofWord : row;
      long wordColumn = down ? column : column / ofWord;
      int place = places[(int) ((down ? row : column) % ofWord)];
      long index = wordRow * words.dimension(1) + wordColumn;
      int word = words.data().get(WORD, index * Integer.BYTES);
      return word >>> place * bits & (1 << bits) - 1;
    }
  }
}
