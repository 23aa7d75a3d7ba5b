package dev.halftone.quantize.weights;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Quantizes weights alone: 8, 4 or 2 bits, by tensor, channel or block. Activations stay as they
 * are in the file; ONNX Runtime's {@code MatMulNBits}, which products become, rounds them to 8 bits
 * by block as it runs.
 */
public final class WeightsMode {
  private WeightsMode() {}

  /**
   * As the other, without samples.
   *
   * @throws IllegalArgumentException if the recipe weighs errors by inputs, which takes samples
   */
  public static Quantized apply(Model folded, Recipe recipe, int threads) {
    return apply(folded, recipe, null, StatisticsSource.RUN, threads, Progress.NONE);
  }

  /**
   * Decides and applies.
   *
   * @param folded the model, its constants folded
   * @param samples to see the inputs of weights on, where the recipe weighs errors by them
   * @param threads weights are encoded on; the result does not depend on it
   * @throws dev.halftone.graph.MalformedModelException if a weight that is to be quantized has a
   *     NaN or an infinity
   * @throws IllegalArgumentException if samples are needed and there are none
   */
  public static Quantized apply(
      Model folded,
      Recipe recipe,
      @Nullable DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    OperatorSet operators = prepared(folded, recipe);
    List<WeightUse> uses = WeightUses.of(operators.model().graph());
    Importances importances =
        importances(operators.model(), uses, recipe, samples, source, threads, progress);
    List<WeightDecision> decisions = new ArrayList<>();
    Map<Recipe, WeightForms> forms = new HashMap<>();
    for (WeightUse use : uses) {
      String objection = use.objection(recipe);
      WeightForm form =
          objection.isEmpty()
              ? forms
                  .computeIfAbsent(
                      use.recipe(recipe),
                      own -> new WeightForms(own, operators.as(own), importances))
                  .choose(use)
              : new WeightForm.Kept(objection);
      decisions.add(new WeightDecision(use, form));
    }
    List<String> warnings = new ArrayList<>(operators.warnings());
    warnings.addAll(importances.warnings());
    return WeightRewrite.apply(operators.model(), decisions, warnings, threads);
  }

  private static Importances importances(
      Model model,
      List<WeightUse> uses,
      Recipe recipe,
      @Nullable DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    if (!recipe.weighsErrors()) return Importances.none();
    if (samples == null)
      throw new IllegalArgumentException("errors are weighed by inputs, and there are no samples");
    List<WeightUse> quantized =
        uses.stream().filter(use -> use.objection(recipe).isEmpty()).toList();
    return Importances.of(model, quantized, recipe, samples, source, threads, progress);
  }

  /** The model under an operator set that has what all of its weights ask for, as far as can be. */
  private static OperatorSet prepared(Model folded, Recipe recipe) {
    Model model = folded;
    Set<String> warnings = new LinkedHashSet<>();
    for (WeightUse use : WeightUses.of(folded.graph())) {
      if (!use.objection(recipe).isEmpty()) continue;
      OperatorSet prepared = OperatorSet.prepare(model, use, use.recipe(recipe));
      model = prepared.model();
      warnings.addAll(prepared.warnings());
    }
    return new OperatorSet(model, false, List.copyOf(warnings));
  }
}
