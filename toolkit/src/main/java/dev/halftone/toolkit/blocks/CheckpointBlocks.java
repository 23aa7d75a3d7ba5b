package dev.halftone.toolkit.blocks;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.llm.huggingface.ModelPlace;
import dev.halftone.llm.packed.PackedWeights;
import dev.halftone.llm.packed.PlainFloats;
import dev.halftone.llm.packed.QuantizedMatrix;
import dev.halftone.llm.packed.StackedFloats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/** The matrices of a checkpoint whose blocks ONNX operators have. */
public final class CheckpointBlocks {
  private static final String GGUF_KIND = "Q4_0 or Q8_0 blocks";
  private static final String PACKED_KIND = "integers in groups of neighbours";

  private final List<Path> paths;
  private final String kind;
  private final List<Long> heads;
  private final List<BlockMatrix> matrices;
  private final List<String> others;

  private CheckpointBlocks(
      List<Path> paths,
      String kind,
      List<Long> heads,
      List<BlockMatrix> matrices,
      List<String> others) {
    this.paths = List.copyOf(paths);
    this.kind = kind;
    this.heads = List.copyOf(heads);
    this.matrices = List.copyOf(matrices);
    this.others = List.copyOf(others);
    if (matrices.isEmpty())
      throw new UnsupportedModelException(
          paths.getFirst(),
          "no matrix of %s, which are what ONNX operators have%s"
              .formatted(kind, others.isEmpty() ? "" : ": " + others.getFirst()));
  }

  /**
   * Reads headers and, of safetensors, zero points; blocks stay in the file.
   *
   * @param checkpoint a GGUF file, or a folder or safetensors file with weights as GPTQ, AWQ or
   *     compressed-tensors store them
   * @throws dev.halftone.graph.BadInputException if it is not sound, or has no matrix in such
   *     blocks
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static CheckpointBlocks read(Path checkpoint) {
    return ModelPlace.takes(checkpoint) ? ofSafetensors(checkpoint) : of(Gguf.read(checkpoint));
  }

  private static CheckpointBlocks of(Gguf gguf) {
    List<BlockMatrix> matrices = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (GgufTensor tensor : gguf.tensors().values()) {
      Optional<GgufMatrix> matrix = GgufMatrix.of(tensor);
      if (matrix.isPresent()) matrices.add(matrix.get());
      else if (tensor.info().dimensions().length == 2)
        others.add("%s (%s)".formatted(tensor.name(), tensor.type().name()));
    }
    return new CheckpointBlocks(gguf.paths(), GGUF_KIND, heads(gguf), matrices, others);
  }

  private static CheckpointBlocks ofSafetensors(Path checkpoint) {
    SafetensorsModel model = SafetensorsModel.read(checkpoint);
    PackedWeights weights =
        PackedWeights.quantized(model, new ModelPlace(checkpoint).configIfNeeded(model));
    List<BlockMatrix> matrices = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    List<String> plain = new ArrayList<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              switch (tensor) {
                case QuantizedMatrix quantized -> add(name, quantized, matrices, refused);
                case PlainFloats floats when floats.shape().length == 2 ->
                    plain.add("%s (%s)".formatted(name, floats.dtype()));
                case PlainFloats ignored -> {}
                case StackedFloats ignored -> {}
              }
            });
    refused.addAll(plain);
    return new CheckpointBlocks(model.paths(), PACKED_KIND, List.of(), matrices, refused);
  }

  private static void add(
      String name, QuantizedMatrix quantized, List<BlockMatrix> matrices, List<String> refused) {
    switch (PackedMatrix.of(name, quantized)) {
      case PackedMatrix.Result.Found(PackedMatrix matrix) -> matrices.add(matrix);
      case PackedMatrix.Result.Refused(String reason) ->
          refused.add("%s (%s)".formatted(name, reason));
    }
  }

  /** The files, of which the first stands for the model. */
  public List<Path> paths() {
    return paths;
  }

  List<BlockMatrix> matrices() {
    return matrices;
  }

  /** What the blocks are, for people. */
  String kind() {
    return kind;
  }

  /** Matrices that are stored in another way, for people. */
  List<String> others() {
    return others;
  }

  /** The orders in which the rows of a matrix may lie. */
  List<RowOrder> orders(BlockMatrix matrix) {
    SequencedSet<RowOrder> orders = new LinkedHashSet<>();
    orders.add(RowOrder.SAME);
    for (long count : heads) {
      boolean whole = count <= matrix.rows() && matrix.rows() % (2 * count) == 0;
      if (whole) orders.add(new RowOrder(matrix.rows() / count));
    }
    return List.copyOf(orders);
  }

  /** Numbers of heads, by which a GGUF file may have turned rows. */
  private static List<Long> heads(Gguf gguf) {
    List<Long> heads = new ArrayList<>();
    String architecture = text(gguf, "general.architecture").orElse("");
    for (String key : List.of("head_count", "head_count_kv")) {
      long count = number(gguf, "%s.attention.%s".formatted(architecture, key)).orElse(0L);
      if (count > 0) heads.add(count);
    }
    return heads;
  }

  private static Optional<String> text(Gguf gguf, String key) {
    MetadataValue value = gguf.metadata().get(key);
    if (value == null || value.type() != ValueType.STRING) return Optional.empty();
    return Optional.of(value.asText());
  }

  /** A number of the metadata; empty where there is a list for the layers. */
  private static Optional<Long> number(Gguf gguf, String key) {
    MetadataValue value = gguf.metadata().get(key);
    if (value == null || !value.type().isInteger()) return Optional.empty();
    return Optional.of(value.asLong());
  }
}
