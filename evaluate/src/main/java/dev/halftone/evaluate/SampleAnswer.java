package dev.halftone.evaluate;

import org.jspecify.annotations.Nullable;

/**
 * What the two models said to one sample.
 *
 * @param row of the data set
 * @param sqnrDb of all floating-point outputs of the sample, from -200 to 200
 * @param reference its answer; null where the output is no choice of one class
 * @param quantized likewise
 * @param label index of the right class in the output; null where it is not known
 */
public record SampleAnswer(
    int row,
    double sqnrDb,
    @Nullable Choice reference,
    @Nullable Choice quantized,
    @Nullable Integer label) {
  /**
   * The largest value of an output.
   *
   * @param index of it; the lowest of ties
   * @param value as the model gives it: a probability, or not
   */
  public record Choice(int index, double value) {}

  /** Whether the two chose different classes. */
  public boolean changed() {
    return reference != null && quantized != null && reference.index() != quantized.index();
  }
}
