package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.TensorForm;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.packed.PackedWeights;
import dev.halftone.llm.packed.StoredFloats;
import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A folder whose weights are quantized, to be written with floats in their place, in the type of
 * their scales. What was lost to rounding stays lost. Of any architecture: nothing is known of
 * tensors but how they are stored.
 */
public final class FloatFolder {
  /** Values of a piece of work, about. */
  private static final int PIECE = 1 << 20;

  private final Path folder;
  private final JsonFile config;
  private final SafetensorsModel model;
  private final PackedWeights weights;
  private final ModelLayout layout;

  private FloatFolder(Path folder, JsonFile config, SafetensorsModel model, PackedWeights weights) {
    this.folder = folder;
    this.config = config;
    this.model = model;
    this.weights = weights;
    SequencedMap<String, TensorForm> forms = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach((name, floats) -> forms.put(name, TensorForm.of(floats.dtype(), floats.shape())));
    this.layout = ModelLayout.of(model.metadata(), forms, FolderPlan.SHARD_BYTES);
  }

  /**
   * Reads all but the values.
   *
   * @throws MalformedModelException if a file is missing or not sound, or tensors of a module do
   *     not agree: names the file and the tensor
   * @throws UnsupportedModelException if nothing is quantized, or in a way that is not read
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static FloatFolder of(Path folder) {
    Path file = folder.resolve("config.json");
    if (!Files.exists(file))
      throw new MalformedModelException(folder, "a folder without config.json");
    JsonFile config = JsonFile.read(file);
    SafetensorsModel model = SafetensorsModel.read(folder);
    PackedWeights weights = PackedWeights.of(model, config);
    if (weights.layout().isEmpty())
      throw new UnsupportedModelException(file, "nothing in it is quantized");
    return new FloatFolder(folder, config, model, weights);
  }

  /** How the weights were stored, for people. */
  public String storage() {
    return weights.layout().orElseThrow();
  }

  /** Matrices that are quantized. */
  public long matrices() {
    return weights.tensors().values().stream().filter(one -> one.plain().isEmpty()).count();
  }

  /** Files that are read for the weights; the first stands for the model. */
  public List<Path> sources() {
    return model.paths();
  }

  /** Files of weights that will be in the result, by name: the index first if there is one. */
  public List<String> weightFiles() {
    return layout.names();
  }

  /** Bytes of the result's weight files, the index counted. */
  public long bytes() {
    return layout.size();
  }

  /**
   * Writes the folder, some rows at a time; it appears whole or not at all.
   *
   * @param progress is told of bytes of the result
   * @throws java.io.UncheckedIOException if something has that name already, or it cannot be
   *     written
   */
  public void write(Path out, WriteProgress progress) {
    FolderFiles.write(
        folder,
        out,
        config.without(QuantizationConfig.KEY),
        layout,
        sink -> {
          for (Map.Entry<String, StoredFloats> tensor : weights.tensors().entrySet())
            write(tensor.getKey(), tensor.getValue(), sink, progress);
          return matrices();
        });
  }

  private static void write(
      String name, StoredFloats floats, FolderFiles.Sink sink, WriteProgress progress)
      throws IOException {
    if (floats.plain().isPresent()) {
      MemorySegment bytes = floats.plain().get().data();
      sink.write(name, 0, bytes);
      progress.advanced(bytes.byteSize());
      return;
    }
    long count = Tensor.elements(floats.shape());
    float[] values = new float[(int) Math.min(PIECE, count)];
    int width = floats.dtype().bits() / Byte.SIZE;
    for (long from = 0; from < count; from += PIECE) {
      int length = (int) Math.min(PIECE, count - from);
      floats.copyFloats(from, values, length);
      sink.write(name, from * width, stored(floats.dtype(), values, length));
      progress.advanced((long) length * width);
    }
  }

  private static MemorySegment stored(DType type, float[] values, int count) {
    return switch (type) {
      case FLOAT16 -> halves(BlockType.F16, values, count);
      case BFLOAT16 -> halves(BlockType.BF16, values, count);
      default -> MemorySegment.ofArray(values).asSlice(0, (long) count * Float.BYTES);
    };
  }

  private static MemorySegment halves(BlockType type, float[] values, int count) {
    byte[] bytes = new byte[Short.BYTES * count];
    type.quantize(values, 0, count, null, bytes, 0);
    return MemorySegment.ofArray(bytes);
  }
}
