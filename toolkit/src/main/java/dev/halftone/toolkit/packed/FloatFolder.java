package dev.halftone.toolkit.packed;

import dev.halftone.checkpoint.safetensors.ModelLayout;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.TensorForm;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.llm.huggingface.ModelPlace;
import dev.halftone.llm.json.JsonFile;
import dev.halftone.llm.packed.PackedWeights;
import dev.halftone.llm.packed.StoredFloats;
import dev.halftone.llm.stream.WorkKey;
import dev.halftone.llm.stream.WriteProgress;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A folder, or a file, whose weights are quantized, to be written with floats in their place, in
 * the type of their scales. What was lost to rounding stays lost. Of any architecture: nothing is
 * known of tensors but how they are stored.
 */
public final class FloatFolder {
  /** Values of a piece of work, about. */
  private static final int PIECE = 1 << 20;

  private final ModelPlace place;
  private final JsonFile config;
  private final SafetensorsModel model;
  private final PackedWeights weights;
  private final boolean oneFile;
  private final ModelLayout layout;

  private FloatFolder(
      ModelPlace place,
      JsonFile config,
      SafetensorsModel model,
      PackedWeights weights,
      Optional<String> file) {
    this.place = place;
    this.config = config;
    this.model = model;
    this.weights = weights;
    this.oneFile = file.isPresent();
    Map<String, String> metadata = new LinkedHashMap<>(model.metadata());
    metadata.remove(PackedWeights.KEY);
    SequencedMap<String, TensorForm> forms = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach((name, floats) -> forms.put(name, TensorForm.of(floats.dtype(), floats.shape())));
    this.layout =
        file.map(name -> ModelLayout.ofFile(name, metadata, forms))
            .orElseGet(() -> ModelLayout.of(metadata, forms, FolderPlan.SHARD_BYTES));
  }

  /**
   * Reads all but the values.
   *
   * @param path a folder, or a safetensors file that tells in its metadata how it is quantized, or
   *     has a config.json beside it that does
   * @param file name of the one file that the result shall be; empty for a folder
   * @throws MalformedModelException if a file is missing or not sound, or tensors of a module do
   *     not agree: names the file and the tensor
   * @throws dev.halftone.graph.UnsupportedModelException if nothing is quantized, or in a way that
   *     is not read
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static FloatFolder of(Path path, Optional<String> file) {
    ModelPlace place = new ModelPlace(path);
    SafetensorsModel model = SafetensorsModel.read(path);
    JsonFile config = place.configIfNeeded(model);
    PackedWeights weights = PackedWeights.quantized(model, config);
    return new FloatFolder(place, config, model, weights, file);
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

  /**
   * Files of weights that will be in the result: the index first if there is one.
   *
   * @param out the folder, or the file
   */
  public List<Path> weightFiles(Path out) {
    return oneFile ? List.of(out) : layout.names().stream().map(out::resolve).toList();
  }

  /** Bytes of the result's weight files, the index counted. */
  public long bytes() {
    return layout.size();
  }

  /**
   * Writes the folder or the file, some rows at a time; it appears whole or not at all.
   *
   * @param progress is told of bytes of the result
   * @throws java.io.UncheckedIOException if it cannot be written, or what has that name already is
   *     not replaced: only a file takes the place of a file
   */
  public void write(Path out, WriteProgress progress) {
    List<Piece> pieces = new ArrayList<>();
    weights.tensors().forEach((name, floats) -> pieces.addAll(pieces(name, floats)));
    WorkKey key = new WorkKey().add("dequantize").add(config.json().toString());
    weights.configs().forEach(key::addInput);
    model.paths().forEach(key::addInput);
    ResultFiles.write(target(out), pieces, key, progress);
  }

  private ResultFiles.Target target(Path out) {
    if (oneFile) return ResultFiles.Target.file(out, layout);
    // Of a file without config.json, what lies beside it need not be of the model.
    if (!Files.exists(config.file()))
      return ResultFiles.Target.folder(out, layout, Optional.empty(), List.of());
    String text = config.without(PackedWeights.KEY);
    return ResultFiles.Target.folder(out, layout, Optional.of(text), Companions.of(place.folder()));
  }

  private static List<Piece> pieces(String name, StoredFloats floats) {
    if (floats.plain().isPresent()) return CopiedPiece.of(name, floats.plain().get().data());
    List<Piece> pieces = new ArrayList<>();
    long count = Tensor.elements(floats.shape());
    for (long from = 0; from < count; from += PIECE)
      pieces.add(new FloatPiece(name, floats, from, (int) Math.min(PIECE, count - from)));
    return pieces;
  }

  /** Values of a matrix, from {@code from} on, as floats of the type of its scales. */
  private record FloatPiece(String tensor, StoredFloats floats, long from, int count)
      implements Piece {
    @Override
    public List<Region> regions() {
      int width = floats.dtype().bits() / Byte.SIZE;
      return List.of(new Region(tensor, from * width, (long) count * width));
    }

    @Override
    public long progress() {
      return regions().getFirst().bytes();
    }

    @Override
    public Made make() {
      float[] values = new float[count];
      floats.copyFloats(from, values, count);
      return new Made(List.of(stored(floats.dtype(), values, count)), MatrixError.NONE);
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
