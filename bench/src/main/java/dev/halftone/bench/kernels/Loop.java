package dev.halftone.bench.kernels;

import static dev.halftone.bench.kernels.Buffers.BLOCK;
import static dev.halftone.bench.kernels.Buffers.ROW;

import dev.halftone.kernels.Kernels;
import dev.halftone.number.FloatFormat;
import dev.halftone.number.LevelFormat;
import java.util.function.ToDoubleFunction;

/**
 * The loops that take the time, each over all elements. They leave their results in the buffers, or
 * give a number that depends on all of them.
 */
public enum Loop {
  RANGE(Moved.FLOATS, b -> Kernels.finiteRange(b.x, 0, b.size).max()),
  RANGE_BY_COLUMN(
      Moved.FLOATS,
      b -> {
        Kernels.channelRanges(b.x, 0, b.size / ROW, ROW, 1, b.low, b.high);
        return 0;
      }),
  RANGE_BY_BLOCK(
      Moved.FLOATS,
      b -> {
        float sum = 0;
        for (int i = 0; i < b.size; i += BLOCK) sum += Kernels.finiteRange(b.x, i, i + BLOCK).max();
        return sum;
      }),
  SUM_OF_SQUARES(Moved.FLOATS, b -> Kernels.sumOfSquares(b.x, 0, b.size)),
  ERRORS_BY_COLUMN(
      Moved.FLOATS,
      b -> {
        for (int i = 0; i < b.size; i += ROW)
          Kernels.quantizationErrors(b.x, i, i + ROW, b.scales, b.zeroPoints, -8, 7, b.low);
        return 0;
      }),
  HISTOGRAM(
      Moved.FLOATS,
      b -> {
        Kernels.histogram(b.x, 0, b.size, 3, b.counts);
        return 0;
      }),
  INT8(
      Moved.FLOATS,
      b -> {
        Kernels.quantize(b.x, 0, b.size, 0.02f, 0, -128, 127, b.codes, 0);
        return 0;
      }),
  INT8_BY_ROW(
      Moved.FLOATS,
      b -> {
        for (int i = 0; i < b.size; i += ROW)
          Kernels.quantize(b.x, i, i + ROW, b.scales[i / ROW], 0, -128, 127, b.codes, i);
        return 0;
      }),
  INT8_BY_COLUMN(
      Moved.FLOATS,
      b -> {
        for (int i = 0; i < b.size; i += ROW)
          Kernels.quantizeColumns(
              b.x, i, i + ROW, b.scales, b.zeroPoints, 0, -128, 127, b.codes, i);
        return 0;
      }),
  INT8_BY_BLOCK(
      Moved.FLOATS,
      b -> {
        Kernels.quantizeBlocks(
            b.x, 0, b.size, BLOCK, b.scales, b.zeroPoints, 0, -128, 127, b.codes, 0);
        return 0;
      }),
  /** A few rows at a time, as weights are encoded, so that the codes stay near. */
  INT4_BY_BLOCK_PACKED(
      Moved.FLOATS,
      b -> {
        for (int i = 0; i < b.size; i += ROW) {
          int first = i / BLOCK;
          Kernels.quantizeBlocks(
              b.x, i, i + ROW, BLOCK, b.scales, b.zeroPoints, first, -8, 7, b.codes, 0);
          Kernels.pack(b.codes, 0, ROW, 4, b.packed, i / 2);
        }
        return 0;
      }),
  FP16(Moved.FLOATS, b -> Kernels.toFloat16(b.x, 0, b.size, b.halves, 0)),
  BF16(Moved.FLOATS, b -> Kernels.toBFloat16(b.x, 0, b.size, b.halves, 0)),
  FP8_E4M3(
      Moved.FLOATS,
      b -> {
        FloatFormat.E4M3.encode(b.x, 0, b.size, 0.01f, b.codes, 0);
        return 0;
      }),
  FP8_E5M2(
      Moved.FLOATS,
      b -> {
        FloatFormat.E5M2.encode(b.x, 0, b.size, 0.01f, b.codes, 0);
        return 0;
      }),
  NF4(
      Moved.FLOATS,
      b -> {
        LevelFormat.NF4.encode(b.x, 0, b.size, 4f, b.codes, 0);
        return 0;
      }),
  PACK_4_BITS(
      Moved.CODES,
      b -> {
        Kernels.pack(b.codes, 0, b.size, 4, b.packed, 0);
        return 0;
      }),
  UNPACK_4_BITS(
      Moved.CODES,
      b -> {
        Kernels.unpack(b.packed, 0, 4, true, b.codes, 0, b.size);
        return 0;
      }),
  UNPACK_2_BITS(
      Moved.CODES,
      b -> {
        Kernels.unpack(b.packed, 0, 2, true, b.codes, 0, b.size);
        return 0;
      }),
  FROM_INT8_BY_ROW(
      Moved.FLOATS,
      b -> {
        for (int i = 0; i < b.size; i += ROW)
          Kernels.dequantize(b.codes, i, i + ROW, true, b.scales[i / ROW], 0, b.out, i);
        return 0;
      }),
  FROM_NF4(
      Moved.FLOATS,
      b -> {
        LevelFormat.NF4.decode(b.codes, 0, b.size, 4f, b.out, 0);
        return 0;
      }),
  FROM_FP16(
      Moved.FLOATS,
      b -> {
        Kernels.fromFloat16(b.halves, 0, b.size, 1f, b.out, 0);
        return 0;
      });

  /** What a loop reads or writes, whichever is more, of each element. */
  private enum Moved {
    FLOATS,
    CODES
  }

  private final Moved moved;
  private final ToDoubleFunction<Buffers> body;

  Loop(Moved moved, ToDoubleFunction<Buffers> body) {
    this.moved = moved;
    this.body = body;
  }

  double run(Buffers buffers) {
    return body.applyAsDouble(buffers);
  }

  /** Copies as many bytes as the loop reads or writes, whichever is more. */
  Object copy(Buffers b) {
    switch (moved) {
      case FLOATS -> System.arraycopy(b.x, 0, b.out, 0, b.size);
      case CODES -> System.arraycopy(b.codes, 0, b.packed, 0, b.size);
    }
    return b;
  }
}
