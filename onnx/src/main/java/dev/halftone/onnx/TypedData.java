package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Elements that a file holds in a typed field in place of {@code raw_data}, turned to a tensor's
 * little-endian bytes.
 */
final class TypedData {
  private final Path file;
  private final String place;
  private final TensorProto tensor;

  private TypedData(Path file, String place, TensorProto tensor) {
    this.file = file;
    this.place = place;
    this.tensor = tensor;
  }

  /** Whether any typed field is there. */
  static boolean isPresent(TensorProto tensor) {
    return tensor.getFloatDataCount()
            + tensor.getInt32DataCount()
            + tensor.getInt64DataCount()
            + tensor.getDoubleDataCount()
            + tensor.getUint64DataCount()
            + tensor.getStringDataCount()
        != 0;
  }

  /**
   * The field for each type as {@code TensorProto} in onnx.proto says; a complex number is two
   * entries, and an entry of {@code int32_data} holds one byte of packed 4- or 2-bit elements.
   */
  static ByteBuffer decode(Path file, String place, TensorProto tensor, DType dtype, long count) {
    TypedData data = new TypedData(file, place, tensor);
    return switch (dtype) {
      case FLOAT32 -> data.floats(count);
      case COMPLEX64 -> data.floats(2 * count);
      case FLOAT64 -> data.doubles(count);
      case COMPLEX128 -> data.doubles(2 * count);
      case INT64 -> data.longs(count);
      case UINT32 -> data.unsigned(count, Integer.BYTES);
      case UINT64 -> data.unsigned(count, Long.BYTES);
      case STRING -> data.strings(count);
      case INT32 -> data.integers(count, Integer.BYTES);
      case INT16, UINT16, FLOAT16, BFLOAT16 -> data.integers(count, Short.BYTES);
      case INT8,
          UINT8,
          BOOL,
          FLOAT8E4M3FN,
          FLOAT8E4M3FNUZ,
          FLOAT8E5M2,
          FLOAT8E5M2FNUZ,
          FLOAT8E8M0 ->
          data.integers(count, Byte.BYTES);
      case INT4, UINT4, FLOAT4E2M1, INT2, UINT2 -> data.integers(dtype.bytes(count), Byte.BYTES);
    };
  }

  private ByteBuffer floats(long count) {
    ByteBuffer out = allocate("float_data", tensor.getFloatDataCount(), count, Float.BYTES);
    for (int i = 0; i < count; i++) out.putFloat(tensor.getFloatData(i));
    return out.flip();
  }

  private ByteBuffer doubles(long count) {
    ByteBuffer out = allocate("double_data", tensor.getDoubleDataCount(), count, Double.BYTES);
    for (int i = 0; i < count; i++) out.putDouble(tensor.getDoubleData(i));
    return out.flip();
  }

  private ByteBuffer longs(long count) {
    ByteBuffer out = allocate("int64_data", tensor.getInt64DataCount(), count, Long.BYTES);
    for (int i = 0; i < count; i++) out.putLong(tensor.getInt64Data(i));
    return out.flip();
  }

  private ByteBuffer unsigned(long count, int width) {
    ByteBuffer out = allocate("uint64_data", tensor.getUint64DataCount(), count, width);
    for (int i = 0; i < count; i++) {
      long value = tensor.getUint64Data(i);
      if (width == Long.BYTES) {
        out.putLong(value);
      } else {
        if (value >>> 32 != 0) throw tooLarge(Long.toUnsignedString(value), width);
        out.putInt((int) value);
      }
    }
    return out.flip();
  }

  /** Narrow elements may be stored with or without their sign. */
  private ByteBuffer integers(long count, int width) {
    ByteBuffer out = allocate("int32_data", tensor.getInt32DataCount(), count, width);
    for (int i = 0; i < count; i++) {
      int value = tensor.getInt32Data(i);
      switch (width) {
        case Integer.BYTES -> out.putInt(value);
        case Short.BYTES -> out.putShort((short) narrow(value, width));
        default -> out.put((byte) narrow(value, width));
      }
    }
    return out.flip();
  }

  private int narrow(int value, int width) {
    int bits = Byte.SIZE * width;
    if (value < -(1 << (bits - 1)) || value >= 1 << bits)
      throw tooLarge(Integer.toString(value), width);
    return value;
  }

  private ByteBuffer strings(long count) {
    long bytes = 0;
    for (ByteString element : tensor.getStringDataList()) bytes += Integer.BYTES + element.size();
    require("string_data", tensor.getStringDataCount(), count);
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteString element : tensor.getStringDataList()) {
      out.putInt(element.size());
      element.copyTo(out);
    }
    return out.flip();
  }

  /** Checks the count first, so that a shape alone never causes an allocation. */
  private ByteBuffer allocate(String field, int found, long expected, int width) {
    require(field, found, expected);
    long bytes = expected * width;
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new MalformedModelException(
          file, place, "%s of 2 GB or more; such tensors use raw_data".formatted(field));
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void require(String field, int found, long expected) {
    if (found != expected) {
      throw new MalformedModelException(
          file, place, "%s has %d entries, expected %d".formatted(field, found, expected));
    }
  }

  private MalformedModelException tooLarge(String value, int width) {
    return new MalformedModelException(
        file, place, "element %s does not fit %d bits".formatted(value, Byte.SIZE * width));
  }
}
