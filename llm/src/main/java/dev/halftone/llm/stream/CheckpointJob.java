package dev.halftone.llm.stream;

import dev.halftone.checkpoint.gguf.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/**
 * A checkpoint to write.
 *
 * @param files of the result: one, or the parts of a split model
 * @param inputs files that it is made from; the first names the model in errors
 * @param maker program and version, since another one may write other bytes
 */
public record CheckpointJob(List<FileJob> files, List<Path> inputs, String maker) {
  public CheckpointJob {
    files = List.copyOf(files);
    inputs = List.copyOf(inputs);
    if (files.isEmpty() || inputs.isEmpty())
      throw new IllegalArgumentException("no file to write, or none to read");
  }

  /** Bytes of all files of the result. */
  public long bytes() {
    return files.stream().map(FileJob::layout).mapToLong(Layout::size).sum();
  }

  List<Layout> layouts() {
    return files.stream().map(FileJob::layout).toList();
  }

  /**
   * What tells this work from any other: inputs by place, size and time of change, choices by what
   * they make of the result.
   *
   * @throws java.io.UncheckedIOException if an input is gone
   */
  String key(List<Layout> layouts) {
    WorkKey key = new WorkKey().add(maker);
    inputs.forEach(key::addInput);
    for (int i = 0; i < files.size(); i++) {
      key.add(String.valueOf(files.get(i).file().getFileName()));
      layouts.get(i).header().forEach(key::add);
      for (TensorJob tensor : files.get(i).tensors()) addImportance(key, tensor);
    }
    return key.line();
  }

  private static void addImportance(WorkKey key, TensorJob tensor) {
    key.add(tensor.source().info().toString());
    if (tensor.importance().isEmpty()) return;
    for (long matrix = 0; matrix < tensor.matrices(); matrix++) {
      float[] columns = tensor.importance().get().of(matrix);
      byte[] bytes = new byte[Math.multiplyExact(columns.length, Float.BYTES)];
      MemorySegment.copy(
          MemorySegment.ofArray(columns), ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
      key.add(MemorySegment.ofArray(bytes));
    }
  }
}
