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
import java.util.List;

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
    boolean any =
        WeightUses.of(folded.graph()).stream().anyMatch(use -> use.objection(recipe).isEmpty());
    OperatorSet operators =
        any ? OperatorSet.prepare(folded, recipe) : new OperatorSet(folded, false, List.of());
    List<WeightDecision> decisions = new ArrayList<>();
    WeightForms forms = new WeightForms(recipe, operators);
    for (WeightUse use : WeightUses.of(operators.model().graph())) {
      String objection = use.objection(recipe);
      WeightForm form = objection.isEmpty() ? forms.choose(use) : new WeightForm.Kept(objection);
      decisions.add(new WeightDecision(use, form));
    }
    List<String> warnings = new ArrayList<>(operators.warnings());
    warnings.addAll(forms.warnings(decisions));
    return WeightRewrite.apply(operators.model(), decisions, warnings, threads);
  }
}
