package dev.halftone.evaluate;

import dev.halftone.evaluate.metric.ErrorSum;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What is summed up about one value: its error, and the two parts of it. */
final class ValueErrors {
  private final ErrorSum whole = new ErrorSum();
  private final ErrorSum own = new ErrorSum();
  private final ErrorSum inherited = new ErrorSum();

  /**
   * Adds one sample.
   *
   * @param alone what the layer gives for the reference's inputs; null where that is not known
   */
  void add(Tensor reference, Tensor found, @Nullable Tensor alone) {
    whole.add(reference, found);
    if (alone == null || alone.count() != reference.count()) return;
    own.add(reference, alone);
    inherited.add(alone, found);
  }

  void add(ValueErrors other) {
    whole.add(other.whole);
    own.add(other.own);
    inherited.add(other.inherited);
  }

  ErrorSum whole() {
    return whole;
  }

  /** {@code Σ(x − a)²/Σx²} with a what the layer gives alone; NaN where that is not known. */
  double ownNoise() {
    return own.isEmpty() ? Double.NaN : own.noise();
  }

  /** {@code Σ(a − y)²/Σx²} with y what the model gives; NaN as above. */
  double inheritedNoise() {
    return own.isEmpty() ? Double.NaN : inherited.noiseIn(own);
  }
}
