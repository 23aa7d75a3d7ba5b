package dev.halftone.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable n-dimensional array: element type, shape, and little-endian bytes in row-major
 * order. The bytes lie on the heap or in a mapped file; a tensor never copies them unless asked to.
 * Types below 8 bits are packed, low bits first.
 */
public final class Tensor {
  /** Floats in the byte order of every tensor, at any alignment. */
  public static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements that are converted at a time. */
  private static final int PIECE = 1 << 13;

  /** Each thread's: new memory for every piece would be cleared, and soon collected. */
  private static final ThreadLocal<short[]> HALVES =
      ThreadLocal.withInitial(() -> new short[PIECE]);

  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final DType dtype;
  private final long[] shape;
  private final long count;
  private final StoredBytes stored;
  private final MemorySegment data;

  private Tensor(DType dtype, long[] shape, StoredBytes stored) {
    this.dtype = dtype;
    this.shape = shape;
    this.count = elements(shape);
    this.stored = stored;
    this.data = stored.view();
    if (dtype != DType.STRING && data.byteSize() != dtype.bytes(count)) {
      throw new IllegalArgumentException(
          "%s%s takes %d bytes, found %d"
              .formatted(dtype, Arrays.toString(shape), dtype.bytes(count), data.byteSize()));
    }
  }

  /**
   * A tensor over bytes that the caller will not change.
   *
   * @throws IllegalArgumentException if the bytes are not as many as the shape takes, or a
   *     dimension is negative
   */
  public static Tensor of(DType dtype, long[] shape, MemorySegment data) {
    return of(dtype, shape, StoredBytes.ofMemory(data));
  }

  /**
   * A tensor over bytes of a file, which {@link #copyFloats} and {@link #toFloats} read piece by
   * piece and all else looks at in a map.
   *
   * @throws IllegalArgumentException if the bytes are not as many as the shape takes, or a
   *     dimension is negative
   */
  public static Tensor of(DType dtype, long[] shape, StoredBytes data) {
    return new Tensor(dtype, shape.clone(), data);
  }

  /** A FLOAT32 tensor over the array itself, which the caller will not change. */
  public static Tensor ofFloats(float[] values, long... shape) {
    return of(DType.FLOAT32, shape, MemorySegment.ofArray(values));
  }

  /**
   * A tensor of an 8-bit or packed type over the array itself, which the caller will not change.
   */
  public static Tensor ofBytes(DType dtype, byte[] values, long... shape) {
    return of(dtype, shape, MemorySegment.ofArray(values));
  }

  /** A FLOAT64 tensor of a copy of the values. */
  public static Tensor ofDoubles(double[] values, long... shape) {
    byte[] bytes = new byte[Math.multiplyExact(8, values.length)];
    MemorySegment.copy(values, 0, MemorySegment.ofArray(bytes), DOUBLE, 0, values.length);
    return ofBytes(DType.FLOAT64, bytes, shape);
  }

  /** An INT32 tensor over the array itself, which the caller will not change. */
  public static Tensor ofInts(int[] values, long... shape) {
    return of(DType.INT32, shape, MemorySegment.ofArray(values));
  }

  /** An INT64 tensor over the array itself, which the caller will not change. */
  public static Tensor ofLongs(long[] values, long... shape) {
    return of(DType.INT64, shape, MemorySegment.ofArray(values));
  }

  /** A FLOAT32 tensor without dimensions. */
  public static Tensor scalar(float value) {
    return ofFloats(new float[] {value});
  }

  /**
   * Product of the dimensions; 1 for none.
   *
   * @throws IllegalArgumentException if a dimension is negative
   * @throws ArithmeticException if the product does not fit a long
   */
  public static long elements(long[] shape) {
    long product = 1;
    for (long dimension : shape) {
      if (dimension < 0)
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      product = Math.multiplyExact(product, dimension);
    }
    return product;
  }

  public DType dtype() {
    return dtype;
  }

  /** A copy of the shape. */
  public long[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  /** Dimension {@code axis}; a negative axis counts from the end. */
  public long dimension(int axis) {
    return shape[axis < 0 ? axis + shape.length : axis];
  }

  /** Number of elements. */
  public long count() {
    return count;
  }

  public long byteSize() {
    return data.byteSize();
  }

  /** The bytes, read-only. */
  public MemorySegment data() {
    return data;
  }

  /** The same bytes under another shape of as many elements. */
  public Tensor reshape(long... newShape) {
    if (elements(newShape) != count) {
      throw new IllegalArgumentException(
          "cannot reshape %s to %s".formatted(Arrays.toString(shape), Arrays.toString(newShape)));
    }
    return new Tensor(dtype, newShape.clone(), stored);
  }

  /**
   * Elements {@code [from, to)} along axis 0, sharing the bytes.
   *
   * @throws IllegalArgumentException if the tensor has no axis 0, or its rows do not start at whole
   *     bytes
   */
  public Tensor rows(long from, long to) {
    if (shape.length == 0) throw new IllegalArgumentException("a scalar has no rows");
    Objects.checkFromToIndex(from, to, shape[0]);
    long rowBits = shape[0] == 0 ? 0 : count / shape[0] * dtype.bits();
    if (rowBits % 8 != 0 || dtype == DType.STRING)
      throw new IllegalArgumentException("rows of " + this + " are not whole bytes");
    long[] part = shape.clone();
    part[0] = to - from;
    return new Tensor(dtype, part, stored.slice(from * rowBits / 8, (to - from) * rowBits / 8));
  }

  /**
   * The elements as new floats: FLOAT16 and BFLOAT16 exactly, FLOAT64 rounded to nearest even,
   * integers of 8 bits and more likewise.
   *
   * @throws IllegalArgumentException for other types, or when the elements do not fit an array
   * @throws java.io.UncheckedIOException if they lie in a file that cannot be read or has become
   *     shorter, where that is seen ({@link StoredBytes#read})
   */
  public float[] toFloats() {
    return toFloats(0, Math.toIntExact(count));
  }

  /**
   * The elements of a FLOAT64 tensor as new doubles.
   *
   * @throws IllegalArgumentException for other types
   */
  public double[] toDoubles() {
    if (dtype != DType.FLOAT64) throw new IllegalArgumentException(this + " is not FLOAT64");
    return data.toArray(DOUBLE);
  }

  /** Elements {@code [from, from + length)} as {@link #toFloats()} gives them. */
  public float[] toFloats(long from, int length) {
    float[] out = new float[length];
    copyFloats(from, out, length);
    return out;
  }

  /**
   * Writes elements {@code [from, from + length)}, as {@link #toFloats()} gives them, to the start
   * of {@code out}.
   *
   * @throws IndexOutOfBoundsException if there are not so many, or {@code out} is too short
   */
  public void copyFloats(long from, float[] out, int length) {
    Objects.checkFromIndexSize(from, (long) length, count);
    Objects.checkFromIndexSize(0, length, out.length);
    switch (dtype) {
      case FLOAT32 -> {
        for (int done = 0; done < length; ) {
          int count = Math.min(PIECE, length - done);
          MemorySegment.copy(stored.read((from + done) * 4, count * 4), FLOAT, 0, out, done, count);
          done += count;
        }
      }
      case FLOAT64 -> {
        for (int i = 0; i < length; i++) out[i] = (float) data.get(DOUBLE, (from + i) * 8);
      }
      case FLOAT16, BFLOAT16 -> copyHalves(from, out, length);
      default -> {
        for (int i = 0; i < length; i++) out[i] = (float) longAt(from + i);
      }
    }
  }

  /** From array to array, a piece at a time: of such loops the JVM makes SIMD. */
  private void copyHalves(long from, float[] out, int length) {
    short[] halves = HALVES.get();
    for (int done = 0; done < length; ) {
      int count = Math.min(PIECE, length - done);
      MemorySegment.copy(stored.read((from + done) * 2, count * 2), SHORT, 0, halves, 0, count);
      if (dtype == DType.FLOAT16) {
        for (int i = 0; i < count; i++) out[done + i] = Float.float16ToFloat(halves[i]);
      } else {
        for (int i = 0; i < count; i++) out[done + i] = Float.intBitsToFloat(halves[i] << 16);
      }
      done += count;
    }
  }

  /**
   * Copies bytes {@code [from, from + count)} of the data to {@code out[at, at + count)}.
   *
   * @throws IndexOutOfBoundsException if there are not so many, or {@code out} is too short
   * @throws java.io.UncheckedIOException if they lie in a file that cannot be read or has become
   *     shorter, where that is seen ({@link StoredBytes#copy})
   */
  public void copyBytes(long from, int count, byte[] out, int at) {
    stored.copy(from, count, out, at);
  }

  /** Element {@code index} as a float, as {@link #toFloats()} gives it. */
  public float floatAt(long index) {
    return toFloats(index, 1)[0];
  }

  /**
   * The elements of an integer or BOOL tensor as new longs.
   *
   * @throws IllegalArgumentException for other types
   */
  public long[] toLongs() {
    long[] out = new long[Math.toIntExact(count)];
    for (int i = 0; i < out.length; i++) out[i] = longAt(i);
    return out;
  }

  /** Element {@code index} of an integer or BOOL tensor. */
  public long longAt(long index) {
    Objects.checkIndex(index, count);
    return switch (dtype) {
      case INT8 -> data.get(ValueLayout.JAVA_BYTE, index);
      case UINT8, BOOL -> data.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
      case INT16 -> data.get(SHORT, index * 2);
      case UINT16 -> data.get(SHORT, index * 2) & 0xFFFF;
      case INT32 -> data.get(INT, index * 4);
      case UINT32 -> data.get(INT, index * 4) & 0xFFFFFFFFL;
      case INT64, UINT64 -> data.get(LONG, index * 8);
      case UINT4 -> packed(index, 4);
      case INT4 -> (packed(index, 4) << 60) >> 60;
      case UINT2 -> packed(index, 2);
      case INT2 -> (packed(index, 2) << 62) >> 62;
      default -> throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  private long packed(long index, int bits) {
    int perByte = 8 / bits;
    int octet = data.get(ValueLayout.JAVA_BYTE, index / perByte) & 0xFF;
    return (octet >> (int) (index % perByte * bits)) & ((1 << bits) - 1);
  }

  /** The same type, shape and bytes. */
  public boolean sameAs(Tensor other) {
    return dtype == other.dtype
        && Arrays.equals(shape, other.shape)
        && data.mismatch(other.data) == -1;
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
