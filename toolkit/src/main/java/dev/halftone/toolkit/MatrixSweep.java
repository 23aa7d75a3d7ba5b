package dev.halftone.toolkit;

import dev.halftone.checkpoint.safetensors.Safetensors;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.weights.PlainMatrices;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tries formats on the linear layers of a checkpoint, as plain matrices: what each takes and how
 * far its codes are from it. Nothing is run.
 */
public final class MatrixSweep {
  private final ModelFile file;
  private final SequencedMap<String, Tensor> matrices;

  private MatrixSweep(ModelFile file, SequencedMap<String, Tensor> matrices) {
    this.file = file;
    this.matrices = matrices;
  }

  /**
   * Finds the matrices of a safetensors file: all tensors of a floating-point type with two axes of
   * more than one element. Tables of embeddings are among them, nothing tells them apart.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not sound
   * @throws UnsupportedModelException if there is no matrix in it
   * @throws java.io.UncheckedIOException if it is missing or cannot be read
   */
  public static MatrixSweep open(Path path) {
    SequencedMap<String, Tensor> matrices = new LinkedHashMap<>();
    Safetensors.read(path)
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (isMatrix(tensor)) matrices.put(name, tensor);
            });
    if (matrices.isEmpty())
      throw new UnsupportedModelException(path, "holds no matrix of a floating-point type");
    return new MatrixSweep(ModelFile.alone(path), matrices);
  }

  private static boolean isMatrix(Tensor tensor) {
    return tensor.dtype().isFloat()
        && tensor.rank() == 2
        && tensor.dimension(0) > 1
        && tensor.dimension(1) > 1;
  }

  /** What was read. */
  public ModelFile file() {
    return file;
  }

  /** The matrices by name, in the order of the file. */
  public List<String> names() {
    return List.copyOf(matrices.keySet());
  }

  /**
   * One format on every matrix.
   *
   * @param threads that a matrix is encoded on; the numbers do not depend on it
   * @throws IllegalArgumentException if the entry is not of weights mode
   * @throws dev.halftone.graph.MalformedModelException if a matrix has a NaN or an infinity
   */
  public MatrixResult run(SweepEntry entry, int threads) {
    ResolvedRecipe recipe = RecipeResolver.forMatrices(entry.request());
    List<MatrixResult.Matrix> results = new ArrayList<>();
    double bits = 0;
    double elements = 0;
    for (var matrix : matrices.entrySet()) {
      StoredWeight stored =
          PlainMatrices.encode(matrix.getKey(), matrix.getValue(), recipe.recipe(), threads);
      results.add(
          new MatrixResult.Matrix(
              stored.name(),
              8.0 * stored.bytes() / stored.original().count(),
              WeightMetrics.sqnrDb(stored)));
      bits += 8.0 * stored.bytes();
      elements += stored.original().count();
    }
    SortedMap<String, Double> metrics = new TreeMap<>();
    metrics.put("bits_per_weight", bits / elements);
    metrics.put(
        "weight_sqnr_db",
        results.stream().mapToDouble(MatrixResult.Matrix::sqnrDb).average().orElse(0));
    metrics.put(
        "weight_sqnr_db.least",
        results.stream().mapToDouble(MatrixResult.Matrix::sqnrDb).min().orElse(0));
    return new MatrixResult(entry, recipe, results, metrics);
  }
}
