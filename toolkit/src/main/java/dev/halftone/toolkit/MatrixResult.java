package dev.halftone.toolkit;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one format made of the matrices of a checkpoint.
 *
 * @param matrices in the order of the file
 * @param metrics {@code bits_per_weight} of all, and {@code weight_sqnr_db} (the mean over
 *     matrices) and {@code weight_sqnr_db.least}
 */
public record MatrixResult(
    SweepEntry entry,
    ResolvedRecipe recipe,
    List<Matrix> matrices,
    SortedMap<String, Double> metrics) {
  public MatrixResult {
    matrices = List.copyOf(matrices);
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
  }

  /**
   * One matrix.
   *
   * @param bitsPerWeight codes, scales and zero points over elements
   * @param sqnrDb {@code 10·log10(Σw²/Σ(w − ŵ)²)}, at most 200
   */
  public record Matrix(String name, double bitsPerWeight, double sqnrDb) {}
}
