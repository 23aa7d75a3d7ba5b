package dev.halftone.evaluate;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Outputs of a model, row after row, in a temporary file: written once, then read as memory. All
 * answers of a detector on some thousand images do not fit a heap.
 */
final class AnswerFile implements AutoCloseable {
  private record Place(DType dtype, long[] shape, long offset, long bytes) {}

  private final Path file;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private final List<Map<String, Place>> rows = new ArrayList<>();
  private MemorySegment written = MemorySegment.NULL;
  private long end;

  private AnswerFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static AnswerFile create() {
    try {
      Path file = Files.createTempFile("halftone-answers-", "");
      file.toFile().deleteOnExit();
      return new AnswerFile(
          file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the outputs of the next row. */
  void add(Map<String, Tensor> outputs) {
    Map<String, Place> row = new LinkedHashMap<>();
    outputs.forEach(
        (name, output) -> {
          row.put(name, new Place(output.dtype(), output.shape(), end, output.byteSize()));
          append(output.data().asByteBuffer());
        });
    rows.add(row);
  }

  private void append(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) end += channel.write(bytes, end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same, to be read from now on. */
  AnswerFile finished() {
    try {
      written = channel.map(MapMode.READ_ONLY, 0, end, arena);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Views that end with this file. */
  Map<String, Tensor> get(int row) {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    rows.get(row)
        .forEach(
            (name, place) ->
                outputs.put(
                    name,
                    Tensor.of(
                        place.dtype, place.shape, written.asSlice(place.offset, place.bytes))));
    return outputs;
  }

  @Override
  public void close() {
    arena.close();
    try {
      channel.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
