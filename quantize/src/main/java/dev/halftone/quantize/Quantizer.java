package dev.halftone.quantize;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.dynamic.DynamicMode;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.fold.FunctionCalls;
import dev.halftone.quantize.half.Bf16Mode;
import dev.halftone.quantize.half.Fp16Mode;
import dev.halftone.quantize.half.Widening;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.quantize.weights.WeightsMode;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import org.jspecify.annotations.Nullable;

/** Quantizes a model by a recipe. */
public final class Quantizer {
  private Quantizer() {}

  /**
   * Folds, calibrates, plans and applies.
   *
   * @param calibration samples, needed by static mode and where errors of weights are weighed by
   *     inputs
   * @param threads samples calibrated at the same time; the result does not depend on it
   * @throws dev.halftone.graph.UnsupportedModelException if nothing in the model can be quantized
   *     as asked
   * @throws IllegalArgumentException if samples are needed and there are none
   */
  public static Quantized quantize(
      Model model, Recipe recipe, @Nullable DataSet calibration, int threads, Progress progress) {
    return quantize(model, recipe, calibration, StatisticsSource.RUN, threads, progress);
  }

  /**
   * As {@link #quantize(Model, Recipe, DataSet, int, Progress)}, with statistics of activations
   * from a source of the caller's.
   */
  public static Quantized quantize(
      Model original,
      Recipe recipe,
      @Nullable DataSet calibration,
      StatisticsSource source,
      int threads,
      Progress progress) {
    Model model = FunctionCalls.inline(original);
    return switch (recipe.mode()) {
      case STATIC -> {
        if (calibration == null)
          throw new IllegalArgumentException("static mode needs samples to calibrate on");
        yield StaticMode.quantize(
            Folding.foldForProducts(Widening.toFloat32(model)),
            recipe,
            calibration,
            source,
            threads,
            progress);
      }
      case DYNAMIC -> DynamicMode.apply(Folding.fold(Widening.toFloat32(model)), recipe, threads);
      case WEIGHTS ->
          WeightsMode.apply(Folding.fold(model), recipe, calibration, source, threads, progress);
      case FP16 -> Fp16Mode.apply(Folding.fold(model), recipe);
      case BF16 -> Bf16Mode.apply(Folding.fold(model), recipe);
    };
  }
}
