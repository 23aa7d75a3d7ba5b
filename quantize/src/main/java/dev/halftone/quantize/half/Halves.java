package dev.halftone.quantize.half;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.kernels.Kernels;
import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Tensors rounded to 16 bits, to nearest even. */
final class Halves {
  /** The largest magnitude that is not rounded to infinity: half a step above 65504. */
  private static final float OVERFLOW = 65520f;

  /** The smallest positive 16-bit number, 2^-24. */
  private static final float SMALLEST = 0x1p-24f;

  /** No trained value is this low. */
  private static final float MASK = -1e6f;

  private static final float LARGEST = 65504f;
  private static final int PIECE = 1 << 16;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Halves() {}

  /** A 16-bit tensor, and how many of its values became 0 without having been. */
  record Rounded(Tensor tensor, long lost) {}

  /** What the values of a tensor mean to 16 bits. */
  enum Range {
    /** All fit. */
    FITS,
    /**
     * Zeros, and values so far below zero that they can only stand for minus infinity: they are cut
     * to -65504.
     */
    MASK,
    /** Some finite value does not fit. */
    BEYOND
  }

  static Range rangeOf(Tensor tensor) {
    if (tensor.dtype() != DType.FLOAT32) return Range.FITS;
    boolean beyond = false;
    boolean mask = true;
    for (long from = 0; from < tensor.count(); from += PIECE) {
      for (float value : tensor.toFloats(from, (int) Math.min(PIECE, tensor.count() - from))) {
        beyond |= Math.abs(value) >= OVERFLOW && Math.abs(value) < Float.POSITIVE_INFINITY;
        mask &= value == 0 || value <= MASK;
      }
    }
    return !beyond ? Range.FITS : mask ? Range.MASK : Range.BEYOND;
  }

  /**
   * The tensor as FLOAT16; what a mask has below the range is cut to its end. A scalar that would
   * become 0 becomes the smallest 16-bit number of its sign instead: it is there to keep something
   * from being divided by 0.
   *
   * @throws MalformedModelException if it has a NaN
   */
  static Rounded toHalf(String name, Tensor tensor, OffHeap memory) {
    MemorySegment target = memory.allocate(2 * tensor.count());
    short[] halves = new short[(int) Math.min(PIECE, tensor.count())];
    long lost = 0;
    for (long from = 0; from < tensor.count(); from += PIECE) {
      float[] values = tensor.toFloats(from, (int) Math.min(PIECE, tensor.count() - from));
      if (tensor.count() == 1) values[0] = apartFromZero(values[0]);
      lost += countLost(name, values, from);
      cut(values);
      Kernels.toFloat16(values, 0, values.length, halves, 0);
      MemorySegment.copy(halves, 0, target, SHORT, 2 * from, values.length);
    }
    release(tensor);
    return new Rounded(Tensor.of(DType.FLOAT16, tensor.shape(), target), lost);
  }

  private static void cut(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] < -LARGEST && values[i] > Float.NEGATIVE_INFINITY) values[i] = -LARGEST;
    }
  }

  /** Gives the pages of a large mapped tensor back to the system. */
  private static void release(Tensor tensor) {
    if (tensor.byteSize() >= 1 << 20 && tensor.data().isMapped()) tensor.data().unload();
  }

  private static float apartFromZero(float value) {
    return value == 0 || Math.abs(value) >= SMALLEST ? value : Math.copySign(SMALLEST, value);
  }

  private static long countLost(String name, float[] values, long from) {
    long lost = 0;
    for (int i = 0; i < values.length; i++) {
      float magnitude = Math.abs(values[i]);
      if (magnitude <= SMALLEST / 2 && magnitude != 0) lost++;
      if (Float.isNaN(magnitude)) {
        throw new MalformedModelException("initializer " + name, "NaN at element " + (from + i));
      }
    }
    return lost;
  }

  /**
   * The tensor as BFLOAT16, or null if a finite value would become infinite.
   *
   * @throws MalformedModelException if it has a NaN
   */
  static @Nullable Tensor toBrain(String name, Tensor tensor, OffHeap memory) {
    MemorySegment target = memory.allocate(2 * tensor.count());
    short[] halves = new short[(int) Math.min(PIECE, tensor.count())];
    for (long from = 0; from < tensor.count(); from += PIECE) {
      float[] values = tensor.toFloats(from, (int) Math.min(PIECE, tensor.count() - from));
      countLost(name, values, from);
      if (Kernels.toBFloat16(values, 0, values.length, halves, 0) > 0) return null;
      MemorySegment.copy(halves, 0, target, SHORT, 2 * from, values.length);
    }
    release(tensor);
    return Tensor.of(DType.BFLOAT16, tensor.shape(), target);
  }
}
