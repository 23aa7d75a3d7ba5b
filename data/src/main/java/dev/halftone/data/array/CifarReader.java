package dev.halftone.data.array;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CIFAR-10 binary files: records of one label byte (0 to 9) and 3,072 bytes, the red, green and
 * blue planes of a 32 × 32 image. Images are [3, 32, 32] bytes, or [32, 32, 3] for a model that
 * wants channels last.
 */
public final class CifarReader implements SampleReader {
  private static final int RECORD = 1 + 3 * 32 * 32;
  private static final int CLASSES = 10;

  @Override
  public String kind() {
    return "cifar";
  }

  @Override
  public boolean recognises(Path path) {
    if (!DataFiles.hasExtension(path, "bin") || !path.toFile().isFile()) return false;
    long size = path.toFile().length();
    return size > 0 && size % RECORD == 0;
  }

  @Override
  public Source open(SourceRequest request) {
    Path file = request.path();
    MemorySegment data = DataFiles.map(file);
    if (data.byteSize() == 0 || data.byteSize() % RECORD != 0) {
      throw new MalformedDataException(
          file,
          "%d bytes, expected a multiple of %d (CIFAR binary records)"
              .formatted(data.byteSize(), RECORD));
    }
    boolean channelsLast = request.inputs().stream().anyMatch(CifarReader::channelsLast);
    Map<String, Column> columns = Map.of(Source.UNNAMED, images(data, channelsLast));
    return new Source(columns, labels(file, data), List.of(file), false, List.of());
  }

  private static ArrayColumn images(MemorySegment data, boolean channelsLast) {
    long records = data.byteSize() / RECORD;
    long[] shape = channelsLast ? new long[] {records, 32, 32, 3} : new long[] {records, 3, 32, 32};
    long[] strides =
        channelsLast ? new long[] {RECORD, 32, 1, 1024} : new long[] {RECORD, 1024, 32, 1};
    return new ArrayColumn(data, DType.UINT8, ByteOrder.LITTLE_ENDIAN, 1, shape, strides);
  }

  private static boolean channelsLast(ValueInfo input) {
    TensorType type = input.type();
    List<Dimension> shape = type == null ? null : type.shape();
    return shape != null && shape.size() == 4 && is(shape, 3, 3) && !is(shape, 1, 3);
  }

  private static boolean is(@Nullable List<Dimension> shape, int axis, long size) {
    return shape != null && shape.get(axis).equals(new Dimension.Fixed(size));
  }

  private static List<Integer> labels(Path file, MemorySegment data) {
    List<Integer> labels = new ArrayList<>();
    for (long record = 0; record < data.byteSize(); record += RECORD) {
      int label = data.get(ValueLayout.JAVA_BYTE, record) & 0xFF;
      if (label >= CLASSES) {
        throw new MalformedDataException(
            file, "byte " + record, "label %d, expected 0 to %d".formatted(label, CLASSES - 1));
      }
      labels.add(label);
    }
    return labels;
  }
}
