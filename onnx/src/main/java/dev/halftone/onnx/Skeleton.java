package dev.halftone.onnx;

import com.google.protobuf.ByteString;
import dev.halftone.graph.MalformedModelException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX message without its weights. protobuf-java copies every bytes field to the heap, so
 * before it parses, each {@code raw_data} is replaced by a reference of 16 bytes to where it lies
 * in the file: two little-endian longs, offset and length.
 *
 * <p>Replaced in all tensors that Halftone models (initializers and tensor attributes, in bodies
 * and functions too) and nowhere else: what is carried over as opaque bytes stays as it is.
 */
final class Skeleton {
  /** Message nesting that is followed; bodies take three levels each. */
  static final int DEPTH_LIMIT = 300;

  private static final int REFERENCE_BYTES = 16;

  private enum Kind {
    MODEL,
    GRAPH,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    TENSOR
  }

  private final Path file;
  private final MemorySegment bytes;

  private Skeleton(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static byte[] ofModel(Path file, MemorySegment bytes) {
    return new Skeleton(file, bytes).strip(Kind.MODEL, 0, bytes.byteSize(), 0);
  }

  static byte[] ofTensor(Path file, MemorySegment bytes) {
    return new Skeleton(file, bytes).strip(Kind.TENSOR, 0, bytes.byteSize(), 0);
  }

  /** The bytes that the reference in {@code raw_data} stands for. */
  static MemorySegment resolve(ByteString reference, Path file, MemorySegment bytes, String place) {
    ByteBuffer numbers = reference.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (numbers.remaining() == REFERENCE_BYTES) {
      long offset = numbers.getLong();
      long length = numbers.getLong();
      boolean inside =
          offset >= 0
              && length >= 0
              && offset <= bytes.byteSize()
              && length <= bytes.byteSize() - offset;
      if (inside) return bytes.asSlice(offset, length);
    }
    throw new MalformedModelException(
        file, place, "an attribute with contradicting types holds this tensor");
  }

  private byte[] strip(Kind kind, long from, long to, int depth) {
    if (depth > DEPTH_LIMIT)
      throw new MalformedModelException(file, "byte " + from, "graphs are nested too deeply");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WireFields fields = new WireFields(file, bytes, from, to);
    while (fields.next()) {
      Kind child = fields.wireType() == WireFields.DELIMITED ? child(kind, fields.number()) : null;
      if (child != null && !(child == Kind.ATTRIBUTE && isOpaque(fields))) {
        delimited(
            out, fields.number(), strip(child, fields.payload(), fields.fieldEnd(), depth + 1));
      } else if (isRawData(kind, fields)) {
        delimited(out, fields.number(), reference(fields.payload(), fields.fieldEnd()));
      } else {
        out.writeBytes(fields.whole().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return out.toByteArray();
  }

  /**
   * What field {@code number} of a message holds, null if no tensor that is modelled lies below it.
   */
  private static @Nullable Kind child(Kind kind, int number) {
    return switch (kind) {
      case MODEL -> number == 7 ? Kind.GRAPH : number == 25 ? Kind.FUNCTION : null;
      case GRAPH -> number == 1 ? Kind.NODE : number == 5 ? Kind.TENSOR : null;
      case FUNCTION -> number == 7 ? Kind.NODE : null;
      case NODE -> number == 5 ? Kind.ATTRIBUTE : null;
      case ATTRIBUTE -> number == 5 ? Kind.TENSOR : number == 6 || number == 11 ? Kind.GRAPH : null;
      case TENSOR -> null;
    };
  }

  private static boolean isRawData(Kind kind, WireFields fields) {
    return kind == Kind.TENSOR && fields.number() == 9 && fields.wireType() == WireFields.DELIMITED;
  }

  /**
   * Whether {@link AttributeDecoder} will carry the attribute over as it is: a reference, or of a
   * type that is not modelled.
   */
  private boolean isOpaque(WireFields attribute) {
    int type = 0;
    boolean reference = false;
    WireFields fields = new WireFields(file, bytes, attribute.payload(), attribute.fieldEnd());
    while (fields.next()) {
      if (fields.number() == 20
          && fields.wireType() == WireFields.VARINT
          && fields.value() >= 0
          && fields.value() <= 14) {
        type = (int) fields.value();
      }
      if (fields.number() == 21 && fields.wireType() == WireFields.DELIMITED) {
        reference = fields.fieldEnd() > fields.payload();
      }
    }
    // UNDEFINED (the kind is told by the field that is there), TENSOR, GRAPH, GRAPHS.
    return reference || !(type == 0 || type == 4 || type == 5 || type == 10);
  }

  private static byte[] reference(long from, long to) {
    return ByteBuffer.allocate(REFERENCE_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(from)
        .putLong(to - from)
        .array();
  }

  private static void delimited(ByteArrayOutputStream out, int number, byte[] content) {
    varint(out, ((long) number << 3) | WireFields.DELIMITED);
    varint(out, content.length);
    out.writeBytes(content);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; (rest & ~0x7FL) != 0; rest >>>= 7) out.write((int) ((rest & 0x7F) | 0x80));
    out.write((int) rest);
  }
}
