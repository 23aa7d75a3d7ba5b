package dev.halftone.toolkit;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.checkpoint.safetensors.Safetensors;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What is in a checkpoint: weights without a graph.
 *
 * @param format {@code GGUF} or {@code safetensors}
 * @param paths of the files
 * @param metadata of the files, and what {@code config.json} beside them says of the architecture
 *     and of quantization, as text; arrays by their length and first elements
 * @param tensors in the order of the files
 */
public record CheckpointInspection(
    String format,
    List<Path> paths,
    SequencedMap<String, String> metadata,
    List<StoredTensor> tensors) {
  private static final String GGUF = ".gguf";
  private static final String SAFETENSORS = ".safetensors";
  private static final int FIRST_ELEMENTS = 4;

  /** Fields of {@code config.json} that tell what the model is. */
  private static final List<String> CONFIG =
      List.of("architectures", "model_type", "torch_dtype", "dtype", "quantization_config");

  public CheckpointInspection {
    paths = List.copyOf(paths);
    metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    tensors = List.copyOf(tensors);
  }

  /**
   * One tensor.
   *
   * @param shape the outermost dimension first
   * @param type as the format names it
   * @param bytes in the file
   */
  public record StoredTensor(String name, List<Long> shape, String type, long bytes) {
    public StoredTensor {
      shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long elements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /** Whether a path names a checkpoint: a GGUF or safetensors file by its ending, or a folder. */
  public static boolean takes(Path path) {
    String name = path.toString();
    return name.endsWith(GGUF) || name.endsWith(SAFETENSORS) || Files.isDirectory(path);
  }

  /**
   * Reads headers, not the tensors.
   *
   * @throws dev.halftone.graph.MalformedModelException if a file breaks the format's rules, or a
   *     folder holds no model
   * @throws dev.halftone.graph.UnsupportedModelException if a file is of a version or has a type
   *     that Halftone does not know
   * @throws java.io.UncheckedIOException if a file is missing or cannot be read
   */
  public static CheckpointInspection of(Path path) {
    if (path.toString().endsWith(GGUF)) return of(Gguf.read(path));
    if (!Files.isDirectory(path)) {
      Safetensors file = Safetensors.read(path);
      SequencedMap<String, String> metadata = new LinkedHashMap<>(file.metadata());
      return new CheckpointInspection(
          "safetensors", List.of(file.path()), metadata, tensors(file.tensors()));
    }
    SafetensorsModel model = SafetensorsModel.read(path);
    SequencedMap<String, String> metadata = new LinkedHashMap<>(model.metadata());
    JsonFile.readIfThere(path.resolve("config.json"))
        .ifPresent(config -> addConfig(config, metadata));
    return new CheckpointInspection(
        "safetensors", model.paths(), metadata, tensors(model.tensors()));
  }

  /** Elements of all tensors; of packed integers the packs. */
  public long elements() {
    return tensors.stream().mapToLong(StoredTensor::elements).reduce(0, Math::addExact);
  }

  /** Of all tensors. */
  public long bytes() {
    return tensors.stream().mapToLong(StoredTensor::bytes).reduce(0, Math::addExact);
  }

  private static void addConfig(JsonFile config, Map<String, String> metadata) {
    for (String key : CONFIG)
      config.find(key).ifPresent(value -> addLeaves("config.json " + key, value, metadata));
  }

  /** The value, or what is in it under the names of its objects joined by points. */
  private static void addLeaves(String name, JsonNode value, Map<String, String> metadata) {
    if (value.isObject())
      value
          .properties()
          .forEach(field -> addLeaves(name + "." + field.getKey(), field.getValue(), metadata));
    else if (!value.isNull()) metadata.put(name, value.toString());
  }

  private static CheckpointInspection of(Gguf gguf) {
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    gguf.metadata().forEach((key, value) -> metadata.put(key, text(value)));
    List<StoredTensor> tensors = new ArrayList<>();
    for (GgufTensor tensor : gguf.tensors().values()) {
      List<Long> shape = Arrays.stream(tensor.info().shape()).boxed().toList();
      tensors.add(
          new StoredTensor(tensor.name(), shape, tensor.type().name(), tensor.info().byteSize()));
    }
    return new CheckpointInspection("GGUF", gguf.paths(), metadata, tensors);
  }

  private static List<StoredTensor> tensors(Map<String, Tensor> tensors) {
    List<StoredTensor> stored = new ArrayList<>();
    tensors.forEach(
        (name, tensor) ->
            stored.add(
                new StoredTensor(
                    name,
                    Arrays.stream(tensor.shape()).boxed().toList(),
                    tensor.dtype().toString(),
                    tensor.byteSize())));
    return stored;
  }

  private static String text(MetadataValue value) {
    if (value.type() != ValueType.ARRAY) return value.toString();
    List<MetadataValue> elements = value.elements();
    Stream<String> first = elements.stream().limit(FIRST_ELEMENTS).map(MetadataValue::toString);
    String more = elements.size() > FIRST_ELEMENTS ? ", …" : "";
    return "%,d × %s: %s%s"
        .formatted(
            elements.size(),
            value.elementType().name().toLowerCase(Locale.ROOT),
            first.collect(Collectors.joining(", ")),
            more);
  }
}
