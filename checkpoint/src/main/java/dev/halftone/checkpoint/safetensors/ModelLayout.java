package dev.halftone.checkpoint.safetensors;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model's files before they are written: one {@value SafetensorsModel#FILE} if the tensors take
 * no more than so many bytes, else files {@code model-0000I-of-0000N.safetensors}, in the order
 * given, with as many tensors as fit or one that is larger, and an index of them.
 *
 * <p>Within a file wider elements come first, so that every element lies at a multiple of its size:
 * readers that map a file insist on it.
 *
 * @param indexText what {@value SafetensorsModel#INDEX} holds; empty for one file
 */
public record ModelLayout(List<Shard> shards, Optional<String> indexText) {
  /** A file of the model, by its name, with its tensors in the order in which they lie. */
  public record Shard(
      String name, SequencedMap<String, TensorForm> tensors, SafetensorsLayout layout) {}

  /** The most that five digits count. */
  private static final int MOST = 99_999;

  public ModelLayout {
    shards = List.copyOf(shards);
  }

  /** The name of the index in the model's folder. */
  public static String indexName() {
    return SafetensorsModel.INDEX;
  }

  /**
   * @throws IllegalArgumentException if a tensor has a type that the format has no name for, or
   *     there are more files than five digits count
   */
  public static ModelLayout of(
      Map<String, String> metadata, SequencedMap<String, TensorForm> tensors, long shardBytes) {
    List<SequencedMap<String, TensorForm>> parts = parts(tensors, shardBytes);
    if (parts.size() > MOST) throw new IllegalArgumentException(parts.size() + " files");
    List<Shard> shards = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String name =
          parts.size() == 1
              ? SafetensorsModel.FILE
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, parts.size());
      SequencedMap<String, TensorForm> aligned = widestFirst(parts.get(i));
      shards.add(new Shard(name, aligned, SafetensorsLayout.of(metadata, aligned)));
    }
    return new ModelLayout(shards, shards.size() == 1 ? Optional.empty() : index(tensors, shards));
  }

  private static Optional<String> index(
      SequencedMap<String, TensorForm> tensors, List<Shard> shards) {
    SequencedMap<String, String> fileOf = new LinkedHashMap<>();
    for (Shard shard : shards)
      shard.tensors().keySet().forEach(tensor -> fileOf.put(tensor, shard.name()));
    long total = tensors.values().stream().mapToLong(TensorForm::byteSize).sum();
    return Optional.of(new ShardIndex(fileOf).json(total));
  }

  private static List<SequencedMap<String, TensorForm>> parts(
      SequencedMap<String, TensorForm> tensors, long shardBytes) {
    List<SequencedMap<String, TensorForm>> parts = new ArrayList<>();
    parts.add(new LinkedHashMap<>());
    long bytes = 0;
    for (Map.Entry<String, TensorForm> tensor : tensors.entrySet()) {
      long more = tensor.getValue().byteSize();
      if (!parts.getLast().isEmpty() && more > shardBytes - bytes) {
        parts.add(new LinkedHashMap<>());
        bytes = 0;
      }
      parts.getLast().put(tensor.getKey(), tensor.getValue());
      bytes = Math.addExact(bytes, more);
    }
    return parts;
  }

  /** As {@link #of}, of one file of any size and that name. */
  public static ModelLayout ofFile(
      String name, Map<String, String> metadata, SequencedMap<String, TensorForm> tensors) {
    SequencedMap<String, TensorForm> aligned = widestFirst(tensors);
    Shard only = new Shard(name, aligned, SafetensorsLayout.of(metadata, aligned));
    return new ModelLayout(List.of(only), Optional.empty());
  }

  private static SequencedMap<String, TensorForm> widestFirst(
      SequencedMap<String, TensorForm> tensors) {
    SequencedMap<String, TensorForm> sorted = new LinkedHashMap<>();
    tensors.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> -entry.getValue().dtype().bits()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  /** Names of all files: the index first if there is one. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    if (indexText.isPresent()) names.add(indexName());
    shards.forEach(shard -> names.add(shard.name()));
    return names;
  }

  /** Bytes of all files, the index too. */
  public long size() {
    long index =
        indexText.map(text -> (long) text.getBytes(StandardCharsets.UTF_8).length).orElse(0L);
    return index + shards.stream().mapToLong(shard -> shard.layout().size()).sum();
  }
}
