package dev.halftone.number.gguf;

import dev.halftone.number.gguf.GridRules.Begin;
import dev.halftone.number.gguf.GridRules.Refine;

/** The IQ2 types: a point for 8 magnitudes of 3 levels. */
abstract class Iq2Codec extends GridCodec {
  private Iq2Codec(int bytes, GridRules rules) {
    super(bytes, rules, 8, 25, 43);
  }

  @Override
  final float scale(float d, int code) {
    return d * (0.5f + code) * 0.25f;
  }

  /** IQ2_XXS: for 32 values four indices of 8 bits, four times 7 signs, and a scale. */
  static final class Xxs extends Iq2Codec {
    Xxs() {
      super(
          66,
          new GridRules(
              Grids.IQ2_XXS,
              32,
              true,
              6,
              0.1f,
              1e-15f,
              Begin.LEAST_SQUARES,
              Refine.ALL,
              1,
              0,
              1,
              true));
    }

    private static int wordAt(int at, int smallBlock) {
      return at + 2 + 8 * smallBlock + 4;
    }

    private static void add(byte[] out, int at, int bits) {
      BlockBytes.putInt(out, at, BlockBytes.getInt(out, at) | bits);
    }

    @Override
    void putPoint(byte[] out, int at, int group, int index) {
      out[at + 2 + group / 4 * 8 + group % 4] = (byte) index;
    }

    @Override
    int point(byte[] block, int at, int group) {
      return block[at + 2 + group / 4 * 8 + group % 4] & 0xFF;
    }

    @Override
    void putSigns(byte[] out, int at, int eight, int signs) {
      add(out, wordAt(at, eight / 4), signs << 7 * (eight % 4));
    }

    @Override
    int signs(byte[] block, int at, int eight) {
      return eightSigns(BlockBytes.getInt(block, wordAt(at, eight / 4)) >> 7 * (eight % 4) & 0x7F);
    }

    @Override
    void putScale(byte[] out, int at, int smallBlock, int code) {
      add(out, wordAt(at, smallBlock), code << 28);
    }

    @Override
    int scaleCode(byte[] block, int at, int smallBlock) {
      return BlockBytes.getInt(block, wordAt(at, smallBlock)) >>> 28;
    }
  }

  /** IQ2_XS: 16 bits for 8 values, the index and 7 signs, and then scales for 16 values. */
  static final class Xs extends Iq2Codec {
    private static final int SCALES = 66;

    Xs() {
      super(
          74,
          new GridRules(
              Grids.IQ2_XS,
              16,
              true,
              9,
              0.1f,
              1e-15f,
              Begin.GREATEST,
              Refine.THOSE_OFF_THE_GRID,
              1,
              0,
              1,
              true));
    }

    @Override
    void putPoint(byte[] out, int at, int group, int index) {
      BlockBytes.putShort(out, at + 2 + 2 * group, index);
    }

    @Override
    int point(byte[] block, int at, int group) {
      return BlockBytes.unsignedShort(block, at + 2 + 2 * group) & 0x1FF;
    }

    @Override
    void putSigns(byte[] out, int at, int eight, int signs) {
      BlockBytes.putShort(out, at + 2 + 2 * eight, point(out, at, eight) | signs << 9);
    }

    @Override
    int signs(byte[] block, int at, int eight) {
      return eightSigns(BlockBytes.unsignedShort(block, at + 2 + 2 * eight) >> 9);
    }

    @Override
    void putScale(byte[] out, int at, int smallBlock, int code) {
      putNibble(out, at + SCALES, smallBlock, code);
    }

    @Override
    int scaleCode(byte[] block, int at, int smallBlock) {
      return nibble(block, at + SCALES, smallBlock);
    }
  }

  /** IQ2_S: lower bits of indices, signs, upper two bits of indices, scales for 16 values. */
  static final class S extends Iq2Codec {
    private static final int SIGNS = 34;
    private static final int HIGH = 66;
    private static final int SCALES = 74;

    S() {
      super(
          82,
          new GridRules(
              Grids.IQ2_S,
              16,
              false,
              9,
              0.1f,
              1e-8f,
              Begin.GREATEST,
              Refine.THOSE_OFF_THE_GRID,
              2,
              0.5f,
              0.9875f,
              false));
    }

    @Override
    void putPoint(byte[] out, int at, int group, int index) {
      out[at + 2 + group] = (byte) index;
      out[at + HIGH + group / 4] |= (byte) (index >> 8 << 2 * (group % 4));
    }

    @Override
    int point(byte[] block, int at, int group) {
      int high = block[at + HIGH + group / 4] >> 2 * (group % 4) & 3;
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
  }
}
