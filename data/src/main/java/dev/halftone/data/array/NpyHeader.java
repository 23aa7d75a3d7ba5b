package dev.halftone.data.array;

import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header of a {@code .npy} file, after the "NumPy format specification" (NEP 1), versions 1.0
 * to 3.0:
 *
 * <pre>
 * byte 0   "\x93NUMPY"
 * byte 6   major version, byte 7 minor version
 * byte 8   length of the text: 2 bytes (version 1) or 4 bytes (2 and 3), little-endian
 * then     a Python dictionary with exactly the keys descr, fortran_order and shape; then the elements
 * </pre>
 *
 * The dictionary is read by a grammar for these three keys alone, in any order; nothing is
 * evaluated.
 */
record NpyHeader(DType dtype, ByteOrder order, boolean byColumns, long[] shape, long dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_TEXT = 1 << 16;

  private static final Pattern ENTRY =
      Pattern.compile(
          "\\s*(?:'(\\w+)'|\"(\\w+)\")\\s*:\\s*"
              + "(?:'([^']*)'|\"([^\"]*)\"|(True|False)|\\(([0-9,\\sL]*)\\))\\s*(,|(?=\\}))");

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static NpyHeader parse(Object file, MemorySegment data) {
    int version = version(file, data);
    int start = version == 1 ? 10 : 12;
    if (data.byteSize() < start) throw cut(file, data);
    long length = version == 1 ? data.get(SHORT, 8) & 0xFFFF : data.get(INT, 8) & 0xFFFFFFFFL;
    if (length > LONGEST_TEXT) {
      throw new MalformedDataException(
          file,
          "byte 8",
          "a header of %d bytes, expected at most %d".formatted(length, LONGEST_TEXT));
    }
    if (start + length > data.byteSize()) throw cut(file, data);
    byte[] text = data.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    return new Text(file, new String(text, StandardCharsets.UTF_8)).header(start + length);
  }

  private static int version(Object file, MemorySegment data) {
    if (data.byteSize() < MAGIC.length + 2) throw cut(file, data);
    for (int i = 0; i < MAGIC.length; i++) {
      if (data.get(ValueLayout.JAVA_BYTE, i) != MAGIC[i]) {
        throw new MalformedDataException(
            file, "byte " + i, "not a .npy file: it does not start with \\x93NUMPY");
      }
    }
    int version = data.get(ValueLayout.JAVA_BYTE, 6);
    if (version < 1 || version > 3) {
      throw new MalformedDataException(
          file, "byte 6", "format version %d, expected 1, 2 or 3".formatted(version));
    }
    return version;
  }

  private static MalformedDataException cut(Object file, MemorySegment data) {
    return new MalformedDataException(
        file, "byte " + data.byteSize(), "the file ends within the .npy header");
  }

  /** The dictionary of a header. */
  private static final class Text {
    private final Object file;
    private final String text;
    private @Nullable String descr;
    private @Nullable Boolean byColumns;
    private long @Nullable [] shape;

    Text(Object file, String text) {
      this.file = file;
      this.text = text;
    }

    NpyHeader header(long dataOffset) {
      String body = text.strip();
      if (!body.startsWith("{") || !body.endsWith("}")) throw wrong();
      Matcher entry = ENTRY.matcher(body);
      int position = 1;
      while (entry.region(position, body.length()).lookingAt()) {
        take(entry);
        position = entry.end();
      }
      if (!body.substring(position).strip().equals("}")) throw wrong();
      if (descr == null || byColumns == null || shape == null) throw wrong();
      return new NpyHeader(dtype(descr), order(descr), byColumns, shape, dataOffset);
    }

    private void take(Matcher entry) {
      String key = entry.group(1) != null ? entry.group(1) : entry.group(2);
      String quoted = entry.group(3) != null ? entry.group(3) : entry.group(4);
      if ("descr".equals(key) && quoted != null && descr == null) {
        descr = quoted;
      } else if ("fortran_order".equals(key) && entry.group(5) != null && byColumns == null) {
        byColumns = entry.group(5).equals("True");
      } else if ("shape".equals(key) && entry.group(6) != null && shape == null) {
        shape = dimensions(entry.group(6));
      } else {
        throw wrong();
      }
    }

    private long[] dimensions(String tuple) {
      String inner = tuple.strip();
      if (inner.isEmpty()) return new long[0];
      String[] numbers = inner.split(",");
      long[] dimensions = new long[numbers.length];
      for (int axis = 0; axis < numbers.length; axis++) {
        String number = numbers[axis].strip();
        // Python 2 wrote long integers with an L behind them.
        if (number.endsWith("L")) number = number.substring(0, number.length() - 1);
        if (!number.matches("[0-9]{1,18}")) throw wrong();
        dimensions[axis] = Long.parseLong(number);
      }
      return dimensions;
    }

    private MalformedDataException wrong() {
      String found = text.length() > 100 ? text.substring(0, 100) + "…" : text.strip();
      return new MalformedDataException(
          file,
          "header",
          "%s, expected {'descr': …, 'fortran_order': …, 'shape': (…)}".formatted(found));
    }

    private DType dtype(String type) {
      String element = type.isEmpty() ? "" : type.substring(1);
      boolean ordered =
          type.startsWith("<")
              || type.startsWith(">")
              || type.startsWith("|")
              || type.startsWith("=");
      return switch (ordered ? element : type) {
        case "f2" -> DType.FLOAT16;
        case "f4" -> DType.FLOAT32;
        case "f8" -> DType.FLOAT64;
        case "i1" -> DType.INT8;
        case "i2" -> DType.INT16;
        case "i4" -> DType.INT32;
        case "i8" -> DType.INT64;
        case "u1" -> DType.UINT8;
        case "u2" -> DType.UINT16;
        case "u4" -> DType.UINT32;
        case "u8" -> DType.UINT64;
        case "b1" -> DType.BOOL;
        default ->
            throw new MalformedDataException(
                file,
                "header",
                "element type '%s', expected one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1"
                    .formatted(type));
      };
    }

    private static ByteOrder order(String type) {
      return type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }
  }
}
