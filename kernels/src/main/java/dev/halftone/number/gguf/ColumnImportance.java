package dev.halftone.number.gguf;

/**
 * How much errors count in each column of a matrix: finite and not negative. Looked at once, for
 * all its rows. Immutable.
 */
public final class ColumnImportance {
  private final float[] weights;

  /**
   * @param weights of the columns; copied
   * @throws IllegalArgumentException if one is negative, NaN or infinite: says which
   */
  public ColumnImportance(float[] weights) {
    this.weights = weights.clone();
    for (int i = 0; i < columns(); i++) {
      float weight = this.weights[i];
      if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY))
        throw new IllegalArgumentException("importance %d is %s".formatted(i, weight));
    }
  }

  public int columns() {
    return weights.length;
  }

  /** The weights themselves. */
  float[] weights() {
    return weights;
  }
}
