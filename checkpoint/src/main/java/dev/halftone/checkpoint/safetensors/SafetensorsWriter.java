package dev.halftone.checkpoint.safetensors;

import dev.halftone.tensor.PendingFile;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Writes files: the same content always gives the same bytes. */
public final class SafetensorsWriter {
  private SafetensorsWriter() {}

  /**
   * Writes tensors in the order given, without holes, behind a header of a multiple of 8 bytes;
   * metadata is ordered by key. Tensors are streamed from where they lie; the file appears whole or
   * not at all, and may be one that they were read from.
   *
   * @throws IllegalArgumentException if a tensor has a type that the format has no name for
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(
      Path file, Map<String, String> metadata, SequencedMap<String, Tensor> tensors) {
    List<MemorySegment> pieces = new ArrayList<>();
    pieces.add(HeaderText.of(metadata, tensors));
    tensors.values().forEach(tensor -> pieces.add(tensor.data()));
    write(file, pieces);
  }

  /**
   * Writes a model to a folder: one file {@value SafetensorsModel#FILE} if the tensors take no more
   * than {@code shardBytes}, else files {@code model-0000I-of-0000N.safetensors}, in the order
   * given, with as many tensors as fit or one that is larger, and behind them the index.
   *
   * @throws IllegalArgumentException if a tensor has a type that the format has no name for, or
   *     there are more files than five digits count
   * @throws UncheckedIOException if a file cannot be written
   */
  public static void writeModel(
      Path folder,
      Map<String, String> metadata,
      SequencedMap<String, Tensor> tensors,
      long shardBytes) {
    List<SequencedMap<String, Tensor>> shards = shards(tensors, shardBytes);
    if (shards.size() == 1) {
      write(folder.resolve(SafetensorsModel.FILE), metadata, tensors);
      return;
    }
    SequencedMap<String, String> fileOf = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      write(folder.resolve(name), metadata, shards.get(i));
      shards.get(i).keySet().forEach(tensor -> fileOf.put(tensor, name));
    }
    long total = tensors.values().stream().mapToLong(Tensor::byteSize).sum();
    byte[] index = new ShardIndex(fileOf).json(total).getBytes(StandardCharsets.UTF_8);
    write(folder.resolve(SafetensorsModel.INDEX), List.of(MemorySegment.ofArray(index)));
  }

  private static List<SequencedMap<String, Tensor>> shards(
      SequencedMap<String, Tensor> tensors, long shardBytes) {
    List<SequencedMap<String, Tensor>> shards = new ArrayList<>();
    shards.add(new LinkedHashMap<>());
    long bytes = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      long more = tensor.getValue().byteSize();
      if (!shards.getLast().isEmpty() && more > shardBytes - bytes) {
        shards.add(new LinkedHashMap<>());
        bytes = 0;
      }
      shards.getLast().put(tensor.getKey(), tensor.getValue());
      bytes = Math.addExact(bytes, more);
    }
    if (shards.size() > 99_999) throw new IllegalArgumentException(shards.size() + " files");
    return shards;
  }

  private static void write(Path file, List<MemorySegment> pieces) {
    try (PendingFile pending = PendingFile.of(file)) {
      pending.write(pieces);
      pending.moveIntoPlace();
    } catch (IOException e) {
      throw PendingFile.notWritten(file, e);
    }
  }
}
