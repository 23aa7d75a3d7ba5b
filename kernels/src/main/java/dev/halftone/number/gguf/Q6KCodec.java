package dev.halftone.number.gguf;

import dev.halftone.kernels.CConversions;
import dev.halftone.kernels.ErrorWeights;
import dev.halftone.kernels.ErrorWeights.Given;
import dev.halftone.kernels.ErrorWeights.Own;
import dev.halftone.kernels.ScaleFits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Q6_K: 16 small blocks of 16 values {@code d * scale * (code - 32)}: lower four bits, upper two
 * bits, scales of 8 bits, {@code d}. Errors are weighted with {@code x²}, or with the importance
 * itself.
 */
final class Q6KCodec extends SuperBlockCodec {
  private static final int BLOCK = 16;
  private static final int BLOCKS = SIZE / BLOCK;
  private static final int BYTES = 210;
  private static final int HIGH_BITS = 128;
  private static final int SCALES = 192;
  private static final int D = 208;

  /** Bits of eight codes. */
  private static final long LOW = 0x0F * BlockBytes.EACH;

  private static final long UPPER = 0x30 * BlockBytes.EACH;

  /** Super-blocks whose scales are all below this count as zeros. */
  private static final float ZERO = 1e-15f;

  Q6KCodec() {
    super(BYTES);
  }

  @Override
  Search search(int count) {
    return new Q6KSearch(count);
  }

  /** Of 128 codes, a byte has the lower bits of two, 64 apart, and the upper bits of four. */
  private static void packCodes(byte[] codes, int from, byte[] out, int at) {
    for (int half = 0; half < 2; half++) {
      int first = from + half * 128;
      int low = at + half * 64;
      int high = at + HIGH_BITS + half * 32;
      for (int i = 0; i < 32; i += Long.BYTES) {
        long a = BlockBytes.eight(codes, first + i);
        long b = BlockBytes.eight(codes, first + i + 32);
        long c = BlockBytes.eight(codes, first + i + 64);
        long d = BlockBytes.eight(codes, first + i + 96);
        BlockBytes.putEight(out, low + i, a & LOW | (c & LOW) << 4);
        BlockBytes.putEight(out, low + i + 32, b & LOW | (d & LOW) << 4);
        long upper = (a & UPPER) >>> 4 | (b & UPPER) >>> 2 | c & UPPER | (d & UPPER) << 2;
        BlockBytes.putEight(out, high + i, upper);
      }
    }
  }

  @Override
  void dequantize(byte[] block, int at, float[] out, int to) {
    float d = BlockBytes.half(block, at + D);
    for (int i = 0; i < SIZE; i++) {
      int half = i / 128;
      int low = block[at + half * 64 + i % 64] >> i % 128 / 64 * 4 & 0xF;
      int high = block[at + HIGH_BITS + half * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
      out[to + i] = d * block[at + SCALES + i / BLOCK] * ((low | high << 4) - 32);
    }
  }

  private static final class Q6KSearch implements Search {
    private final float[] scales;
    private final float[] inverses;
    private final float[] noMinima;
    private final byte[] codes;

    /** Scales as integers times their unit. */
    private final float[] rounded;

    Q6KSearch(int count) {
      scales = new float[count * BLOCKS];
      inverses = new float[count * BLOCKS];
      noMinima = new float[count * BLOCKS];
      rounded = new float[count * BLOCKS];
      codes = new byte[count * SIZE];
    }

    @Override
    public void quantize(
        float[] x,
        int from,
        int count,
        float @Nullable [] importance,
        int column,
        byte[] out,
        int at) {
      ErrorWeights errors = importance == null ? Own.SQUARES : new Given(importance, column);
      ScaleFits.symmetric(x, from, count * BLOCKS, BLOCK, 32, errors, scales, inverses);
      for (int b = 0; b < count * BLOCKS; b += BLOCKS) {
        storeScales(b, out, at + b / BLOCKS * BYTES);
      }
      for (int b = 0; b < count * BLOCKS; b++) {
        int i = b * BLOCK;
        if (rounded[b] == 0)
          ScaleFits.symmetricCodes(x, from + i, BLOCK, 32, inverses[b], codes, i);
      }
      ScaleFits.codes(x, from, count * BLOCKS, BLOCK, rounded, noMinima, -32, 31, codes, 0);
      for (int s = 0; s < count; s++) packCodes(codes, s * SIZE, out, at + s * BYTES);
    }

    /** The scale of greatest magnitude becomes -128; all are 0 where none of them counts. */
    private void storeScales(int block, byte[] out, int at) {
      float max = furthest(scales, block, BLOCKS);
      if (Math.abs(max) < ZERO) {
        Arrays.fill(out, at + SCALES, at + BYTES, (byte) 0);
        Arrays.fill(rounded, block, block + BLOCKS, 0f);
        // Of these, all bits of a super-block are 0.
        Arrays.fill(inverses, block, block + BLOCKS, 0f);
        return;
      }
      float inverse = -128 / max;
      float unit = BlockBytes.putHalf(out, at + D, 1 / inverse);
      for (int b = 0; b < BLOCKS; b++) {
        int scale = Math.min(127, CConversions.nearest(inverse * scales[block + b]));
        out[at + SCALES + b] = (byte) scale;
        rounded[block + b] = unit * out[at + SCALES + b];
      }
    }
  }
}
