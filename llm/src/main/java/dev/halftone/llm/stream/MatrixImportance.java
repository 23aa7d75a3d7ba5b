package dev.halftone.llm.stream;

/** How much errors count in each column of a tensor's matrices. Thread-safe. */
@FunctionalInterface
public interface MatrixImportance {
  /**
   * Weights of the columns of a matrix, not to be changed.
   *
   * @param matrix counted through all dimensions but the first two
   */
  float[] of(long matrix);
}
