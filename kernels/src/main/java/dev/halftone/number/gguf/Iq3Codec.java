package dev.halftone.number.gguf;

import dev.halftone.number.gguf.GridRules.Begin;
import dev.halftone.number.gguf.GridRules.Refine;

/** The IQ3 types: a point for 4 magnitudes of 8 levels. */
abstract class Iq3Codec extends GridCodec {
  private Iq3Codec(int bytes, GridRules rules, float... levels) {
    super(bytes, rules, levels);
  }

  /** IQ3_XXS: indices of 8 bits, and then for 32 values four times 7 signs and a scale. */
  static final class Xxs extends Iq3Codec {
    private static final int WORDS = 66;

    Xxs() {
      super(
          98,
          new GridRules(
              Grids.IQ3_XXS,
              32,
              true,
              15,
              0.2f,
              1e-8f,
              Begin.GREATEST,
              Refine.THOSE_OFF_THE_GRID,
              2,
              0,
              1.0125f,
              true),
          4,
          12,
          20,
          28,
          36,
          44,
          52,
          62);
    }

    private static void add(byte[] out, int at, int bits) {
      BlockBytes.putInt(out, at, BlockBytes.getInt(out, at) | bits);
    }

    @Override
    void putPoint(byte[] out, int at, int group, int index) {
      out[at + 2 + group] = (byte) index;
    }

    @Override
    int point(byte[] block, int at, int group) {
      return block[at + 2 + group] & 0xFF;
    }

    @Override
    void putSigns(byte[] out, int at, int eight, int signs) {
      add(out, at + WORDS + eight / 4 * 4, signs << 7 * (eight % 4));
    }

    @Override
    int signs(byte[] block, int at, int eight) {
      int word = BlockBytes.getInt(block, at + WORDS + eight / 4 * 4);
      return eightSigns(word >> 7 * (eight % 4) & 0x7F);
    }

    @Override
    void putScale(byte[] out, int at, int smallBlock, int code) {
      add(out, at + WORDS + 4 * smallBlock, code << 28);
    }

    @Override
    int scaleCode(byte[] block, int at, int smallBlock) {
      return BlockBytes.getInt(block, at + WORDS + 4 * smallBlock) >>> 28;
    }

    @Override
    float scale(float d, int code) {
      return d * (0.5f + code) * 0.5f;
    }
  }

  /**
   * IQ3_S: lower bits of indices, upper bits, signs, scales for 32 values.
   *
   * <p>The reference forgets to go on where a small block is all zeros: the lower bits and signs of
   * those behind it move up, and a reader finds them in the wrong place. Its files are what others
   * read and compare with, so the same happens here.
   */
  static final class S extends Iq3Codec {
    private static final int HIGH = 66;
    private static final int SIGNS = 74;
    private static final int SCALES = 106;

    S() {
      super(
          110,
          new GridRules(
              Grids.IQ3_S,
              32,
              false,
              9,
              0.2f,
              Float.MIN_VALUE,
              Begin.GREATEST,
              Refine.ALL_IF_ONE_WAS_OFF_THE_GRID,
              2,
              0,
              1.033f,
              false),
          1,
          3,
          5,
          7,
          9,
          11,
          13,
          15);
    }

    @Override
    void store(GridFit fit, int smallBlock, int place, byte[] out, int at) {
      if (fit.empty) return;
      super.store(fit, place, place, out, at);
      for (int g = 0; g < 8; g++) {
        out[at + HIGH + smallBlock] |= (byte) (fit.points[g] >> 8 << g);
      }
    }

    @Override
    void putPoint(byte[] out, int at, int group, int index) {
      out[at + 2 + group] = (byte) index;
    }

    @Override
    int point(byte[] block, int at, int group) {
      int high = block[at + HIGH + group / 8] >> group % 8 & 1;
      return block[at + 2 + group] & 0xFF | high << 8;
    }

    @Override
    void putSigns(byte[] out, int at, int eight, int signs) {
      out[at + SIGNS + eight] = (byte) signs;
    }

    @Override
    int signs(byte[] block, int at, int eight) {
      return block[at + SIGNS + eight] & 0xFF;
    }

    @Override
    void putScale(byte[] out, int at, int smallBlock, int code) {
      putNibble(out, at + SCALES, smallBlock, code);
    }

    @Override
    int scaleCode(byte[] block, int at, int smallBlock) {
      return nibble(block, at + SCALES, smallBlock);
    }

    @Override
    float scale(float d, int code) {
      return d * (1 + 2 * code);
    }
  }
}
