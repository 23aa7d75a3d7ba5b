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
import java.util.Objects;
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
    pieces.add(HeaderText.of(metadata, forms(tensors)));
    tensors.values().forEach(tensor -> pieces.add(tensor.data()));
    write(file, pieces);
  }

  /**
   * Writes a model to a folder, in the files that {@link ModelLayout} says.
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
    ModelLayout layout = ModelLayout.of(metadata, forms(tensors), shardBytes);
    for (ModelLayout.Shard shard : layout.shards()) {
      SequencedMap<String, Tensor> part = new LinkedHashMap<>();
      for (String name : shard.tensors().keySet())
        part.put(name, Objects.requireNonNull(tensors.get(name)));
      write(folder.resolve(shard.name()), metadata, part);
    }
    if (layout.indexText().isEmpty()) return;
    byte[] index = layout.indexText().get().getBytes(StandardCharsets.UTF_8);
    write(folder.resolve(SafetensorsModel.INDEX), List.of(MemorySegment.ofArray(index)));
  }

  private static SequencedMap<String, TensorForm> forms(SequencedMap<String, Tensor> tensors) {
    SequencedMap<String, TensorForm> forms = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> forms.put(name, TensorForm.of(tensor)));
    return forms;
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
