package dev.halftone.data.shape;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.kernels.Kernels;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Elements as another type. To a floating-point type values round to nearest, ties to even; to an
 * integer type they have to be whole and in range, so that nothing is lost unseen. To BOOL, zero is
 * false and everything else true.
 */
final class Cast {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Object origin;
  private final Tensor in;
  private final DType to;

  private Cast(Object origin, Tensor in, DType to) {
    this.origin = origin;
    this.in = in;
    this.to = to;
  }

  /**
   * The tensor itself when it is of the type already.
   *
   * @param origin what the elements come from, for messages
   * @throws MalformedDataException if an element has no counterpart in the type
   */
  static Tensor to(DType to, Tensor in, Object origin) {
    return in.dtype() == to ? in : new Cast(origin, in, to).all();
  }

  private Tensor all() {
    if (to == DType.FLOAT32) return Tensor.ofFloats(in.toFloats(), in.shape());
    if (to.bits() < 8) throw impossible();
    int count = Math.toIntExact(in.count());
    MemorySegment out = MemorySegment.ofArray(new byte[Math.toIntExact(to.bytes(count))]);
    for (int i = 0; i < count; i++) put(out, i);
    return Tensor.of(to, in.shape(), out);
  }

  private void put(MemorySegment out, int i) {
    switch (to) {
      case FLOAT64 -> out.set(DOUBLE, i * 8L, number(i));
      case FLOAT16 -> out.set(SHORT, i * 2L, half((float) number(i)));
      case BFLOAT16 -> out.set(SHORT, i * 2L, (short) Kernels.upperBits((float) number(i), 16));
      case BOOL -> out.set(ValueLayout.JAVA_BYTE, i, (byte) (number(i) == 0 ? 0 : 1));
      case INT8 ->
          out.set(ValueLayout.JAVA_BYTE, i, (byte) whole(i, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case UINT8 -> out.set(ValueLayout.JAVA_BYTE, i, (byte) whole(i, 0, 0xFF));
      case INT16 -> out.set(SHORT, i * 2L, (short) whole(i, Short.MIN_VALUE, Short.MAX_VALUE));
      case UINT16 -> out.set(SHORT, i * 2L, (short) whole(i, 0, 0xFFFF));
      case INT32 -> out.set(INT, i * 4L, (int) whole(i, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case UINT32 -> out.set(INT, i * 4L, (int) whole(i, 0, 0xFFFFFFFFL));
      case INT64 -> out.set(LONG, i * 8L, whole(i, Long.MIN_VALUE, Long.MAX_VALUE));
      case UINT64 -> out.set(LONG, i * 8L, whole(i, 0, Long.MAX_VALUE));
      default -> throw impossible();
    }
  }

  private MalformedDataException impossible() {
    return new MalformedDataException(
        origin, "elements of %s cannot be given as %s".formatted(in.dtype(), to));
  }

  private double number(int i) {
    if (in.dtype() == DType.FLOAT64) return in.data().get(DOUBLE, i * 8L);
    return in.dtype().isFloat() ? in.floatAt(i) : in.longAt(i);
  }

  private long whole(int i, long least, long most) {
    if (!in.dtype().isFloat()) {
      long value = in.longAt(i);
      boolean wraps = in.dtype() == DType.UINT64 && value < 0;
      if (wraps || value < least || value > most) {
        throw outside(i, wraps ? Long.toUnsignedString(value) : Long.toString(value));
      }
      return value;
    }
    double value = number(i);
    if (value != Math.rint(value) || value < least || value > most) {
      throw outside(i, Double.toString(value));
    }
    return (long) value;
  }

  private short half(float value) {
    short half = Float.floatToFloat16(value);
    if (Float.isFinite(value) && Float.isInfinite(Float.float16ToFloat(half))) {
      throw new MalformedDataException(origin, value + " is beyond the range of FLOAT16");
    }
    return half;
  }

  private MalformedDataException outside(int i, String value) {
    return new MalformedDataException(
        origin, "element %d is %s, which %s does not hold".formatted(i, value, to));
  }
}
