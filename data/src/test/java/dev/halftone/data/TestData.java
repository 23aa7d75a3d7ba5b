package dev.halftone.data;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Small files and model inputs for tests. */
public final class TestData {
  private TestData() {}

  /** An input; numbers are fixed axes, strings symbolic ones. */
  public static ValueInfo input(String name, DType dtype, Object... axes) {
    List<Dimension> shape = new ArrayList<>();
    for (Object axis : axes) {
      shape.add(
          axis instanceof Integer size
              ? new Dimension.Fixed(size)
              : new Dimension.Symbolic((String) axis));
    }
    return new ValueInfo(name, new TensorType(dtype, shape));
  }

  /** A request for what lies at a path. */
  public static DataRequest request(
      Path data, @Nullable Path labels, @Nullable String rows, ValueInfo... inputs) {
    String labelText = labels == null ? null : labels.toString();
    return new DataRequest(data.toString(), labelText, rows, null, 0, List.of(inputs), 0);
  }

  /** One input of one sample. */
  public static Tensor tensor(DataSet data, int row, String input) {
    return Objects.requireNonNull(data.samples().get(row).get(input));
  }

  /** The classes of a data set that has them. */
  public static List<Integer> classes(DataSet data) {
    return ((Targets.Classes) Objects.requireNonNull(data.targets())).classes();
  }

  /** A {@code .npy} file of version 1.0 in the words of numpy. */
  public static byte[] npy(String descr, boolean fortran, String shape, byte[] elements) {
    String text =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
            .formatted(descr, fortran ? "True" : "False", shape);
    byte[] header = text.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out =
        ByteBuffer.allocate(10 + header.length + elements.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.putShort((short) header.length).put(header).put(elements);
    return out.array();
  }

  public static byte[] floats(float... values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) out.putFloat(value);
    return out.array();
  }

  public static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < values.length; i++) out[i] = (byte) values[i];
    return out;
  }

  public static Path write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path write(Path file, String content) {
    return write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
