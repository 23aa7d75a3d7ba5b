package dev.halftone.evaluate.metric;

import java.util.List;

/**
 * One of the models that answer.
 *
 * @param index in {@link dev.halftone.runtime.Answer#outputs()}
 * @param suffix of the names of its metrics
 */
record Side(int index, String suffix) {
  private static final Side ALONE = new Side(0, "");
  static final Side QUANTIZED = new Side(0, ".quantized");
  static final Side REFERENCE = new Side(1, ".reference");

  /** The model that is judged first. */
  static List<Side> of(boolean withReference) {
    return withReference ? List.of(QUANTIZED, REFERENCE) : List.of(ALONE);
  }
}
