package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Recipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Quantizes weights alone: 8, 4 or 2 bits, by tensor, channel or block. Activations stay as they
 * are in the file; ONNX Runtime's {@code MatMulNBits}, which products become, rounds them to 8 bits
 * by block as it runs.
 */
public final class WeightsMode {
  private WeightsMode() {}

  /**
   * Decides and applies.
   *
   * @param folded the model, its constants folded
   * @param threads weights are encoded on; the result does not depend on it
   * @throws dev.halftone.graph.MalformedModelException if a weight that is to be quantized has a
   *     NaN or an infinity
   */
  public static Quantized apply(Model folded, Recipe recipe, int threads) {
    OperatorSet operators = prepared(folded, recipe);
    List<WeightDecision> decisions = new ArrayList<>();
    Map<Recipe, WeightForms> forms = new HashMap<>();
    for (WeightUse use : WeightUses.of(operators.model().graph())) {
      String objection = use.objection(recipe);
      WeightForm form =
          objection.isEmpty()
              ? forms
                  .computeIfAbsent(
                      use.recipe(recipe), own -> new WeightForms(own, operators.as(own)))
                  .choose(use)
              : new WeightForm.Kept(objection);
      decisions.add(new WeightDecision(use, form));
    }
    return WeightRewrite.apply(operators.model(), decisions, operators.warnings(), threads);
  }

  /** The model under an operator set that has what all of its weights ask for, as far as can be. */
  private static OperatorSet prepared(Model folded, Recipe recipe) {
    Set<Recipe> asked = new LinkedHashSet<>();
    for (WeightUse use : WeightUses.of(folded.graph()))
      if (use.objection(recipe).isEmpty()) asked.add(use.recipe(recipe));
    Model model = folded;
    Set<String> warnings = new LinkedHashSet<>();
    for (Recipe own : asked) {
      OperatorSet prepared = OperatorSet.prepare(model, own);
      model = prepared.model();
      warnings.addAll(prepared.warnings());
    }
    return new OperatorSet(model, false, List.copyOf(warnings));
  }
}
