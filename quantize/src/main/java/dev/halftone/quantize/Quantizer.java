package dev.halftone.quantize;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import org.jspecify.annotations.Nullable;

/** Quantizes a model by a recipe. */
public final class Quantizer {
  private Quantizer() {}

  /**
   * Folds, calibrates, plans and applies.
   *
   * @param calibration samples, needed by static mode only
   * @param threads samples calibrated at the same time; the result does not depend on it
   * @throws dev.halftone.graph.UnsupportedModelException if nothing in the model can be quantized as asked
   */
  public static Quantized quantize(Model model, Recipe recipe, @Nullable DataSet calibration, int threads, Progress progress) {
    throw new UnsupportedOperationException("skeleton");
  }
}
