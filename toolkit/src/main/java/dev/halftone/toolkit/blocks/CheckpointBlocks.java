package dev.halftone.toolkit.blocks;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.UnsupportedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/** The matrices of a GGUF file whose blocks ONNX operators have. */
public final class CheckpointBlocks {
  /** Values of a block. */
  public static final int BLOCK = BlockMatrix.BLOCK;

  private final Gguf gguf;
  private final List<BlockMatrix> matrices;
  private final List<String> others;

  private CheckpointBlocks(Gguf gguf, List<BlockMatrix> matrices, List<String> others) {
    this.gguf = gguf;
    this.matrices = List.copyOf(matrices);
    this.others = List.copyOf(others);
  }

  /**
   * Reads the header; blocks stay in the file.
   *
   * @throws dev.halftone.graph.BadInputException if it is no sound GGUF file, or has no matrix of
   *     Q4_0 or Q8_0 blocks
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static CheckpointBlocks read(Path file) {
    Gguf gguf = Gguf.read(file);
    List<BlockMatrix> matrices = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (GgufTensor tensor : gguf.tensors().values()) {
      Optional<BlockMatrix> matrix = BlockMatrix.of(tensor);
      if (matrix.isPresent()) matrices.add(matrix.get());
      else if (tensor.info().dimensions().length == 2)
        others.add("%s (%s)".formatted(tensor.name(), tensor.type().name()));
    }
    if (matrices.isEmpty())
      throw new UnsupportedModelException(
          file, "no matrix of Q4_0 or Q8_0 blocks, which are what ONNX operators have");
    return new CheckpointBlocks(gguf, matrices, others);
  }

  /** The files, of which the first stands for the model. */
  public List<Path> paths() {
    return gguf.paths();
  }

  List<BlockMatrix> matrices() {
    return matrices;
  }

  /** Matrices of other types, for people. */
  List<String> others() {
    return others;
  }

  /** The orders in which the rows of a matrix may lie. */
  List<RowOrder> orders(BlockMatrix matrix) {
    SequencedSet<RowOrder> orders = new LinkedHashSet<>();
    orders.add(RowOrder.SAME);
    String architecture = text("general.architecture").orElse("");
    for (String key : List.of("head_count", "head_count_kv")) {
      long heads = number("%s.attention.%s".formatted(architecture, key)).orElse(0L);
      boolean whole = heads > 0 && heads <= matrix.rows() && matrix.rows() % (2 * heads) == 0;
      if (whole) orders.add(new RowOrder(matrix.rows() / heads));
    }
    return List.copyOf(orders);
  }

  private Optional<String> text(String key) {
    MetadataValue value = gguf.metadata().get(key);
    if (value == null || value.type() != ValueType.STRING) return Optional.empty();
    return Optional.of(value.asText());
  }

  /** A number of the metadata; empty where there is a list for the layers. */
  private Optional<Long> number(String key) {
    MetadataValue value = gguf.metadata().get(key);
    if (value == null || !value.type().isInteger()) return Optional.empty();
    return Optional.of(value.asLong());
  }
}
