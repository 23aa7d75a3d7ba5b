package dev.halftone.checkpoint.safetensors;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model in a folder: one file, {@value #FILE}, or several that {@value #INDEX} tells of. Or one
 * file of any name.
 *
 * @param paths of the files that were read, the index first if there is one, the others by name
 * @param metadata of the files, each key as the first file has it that has it
 * @param tensors by name, file by file in the order of their bytes; views of the files
 */
public record SafetensorsModel(
    List<Path> paths, Map<String, String> metadata, SequencedMap<String, Tensor> tensors) {
  static final String FILE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  public SafetensorsModel {
    paths = List.copyOf(paths);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /** Whether a folder holds such a model, going by names. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE)) || Files.exists(folder.resolve(INDEX));
  }

  /**
   * Reads the headers; the tensors stay in the files. A folder with both the file and an index is
   * the file.
   *
   * @param place the folder, or a file
   * @throws MalformedModelException if the folder has neither, a file breaks the rules of its
   *     format, the index names a file outside the folder, or a tensor is not where the index says
   *     or is somewhere else too
   * @throws dev.halftone.graph.UnsupportedModelException if a tensor has a type that Halftone does
   *     not know
   * @throws java.io.UncheckedIOException if a file is missing or cannot be read
   */
  public static SafetensorsModel read(Path place) {
    if (!Files.isDirectory(place)) return only(place);
    Path file = place.resolve(FILE);
    if (Files.exists(file)) return only(file);
    Path index = place.resolve(INDEX);
    if (!Files.exists(index))
      throw new MalformedModelException(place, "neither %s nor %s".formatted(FILE, INDEX));
    return read(place, index, ShardIndex.read(index));
  }

  private static SafetensorsModel only(Path file) {
    Safetensors only = Safetensors.read(file);
    return new SafetensorsModel(List.of(file), only.metadata(), only.tensors());
  }

  private static SafetensorsModel read(Path folder, Path index, ShardIndex shards) {
    List<Path> paths = new ArrayList<>(List.of(index));
    Map<String, String> metadata = new LinkedHashMap<>();
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> places = new HashMap<>();
    for (String name : shards.files()) {
      Safetensors shard = Safetensors.read(folder.resolve(name));
      paths.add(shard.path());
      shard.metadata().forEach(metadata::putIfAbsent);
      for (Map.Entry<String, Tensor> tensor : shard.tensors().entrySet()) {
        check(index, shards, tensor.getKey(), name, places.put(tensor.getKey(), name));
        tensors.put(tensor.getKey(), tensor.getValue());
      }
    }
    Set<String> missing = new HashSet<>(shards.fileOf().keySet());
    missing.removeAll(tensors.keySet());
    missing.stream()
        .sorted()
        .findFirst()
        .ifPresent(
            tensor -> {
              String file = Objects.requireNonNull(shards.fileOf().get(tensor));
              throw malformed(index, tensor, "is not in " + file);
            });
    return new SafetensorsModel(paths, metadata, tensors);
  }

  private static void check(
      Path index, ShardIndex shards, String tensor, String file, @Nullable String earlier) {
    if (earlier != null)
      throw malformed(index, tensor, "is in both %s and %s".formatted(earlier, file));
    String expected = shards.fileOf().get(tensor);
    if (expected == null) throw malformed(index, tensor, "is in %s and not listed".formatted(file));
    if (!expected.equals(file))
      throw malformed(index, tensor, "is in %s, expected in %s".formatted(file, expected));
  }

  private static MalformedModelException malformed(Path index, String tensor, String problem) {
    return new MalformedModelException(index, "tensor \"%s\" %s".formatted(tensor, problem));
  }
}
