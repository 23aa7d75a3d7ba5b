package dev.halftone.quantize.dynamic;

import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.forms.Normalizations;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights as 8-bit integers, activations of products and LSTMs quantized at run time with
 * parameters computed from each input. What ONNX Runtime runs no faster in integers (convolutions,
 * GRU and RNN) is stored as 8-bit integers and computed in float.
 */
public final class DynamicMode {
  private DynamicMode() {}

  /**
   * Decides and applies.
   *
   * @param folded the model, its constants folded
   * @param threads weights are encoded on; the result does not depend on it
   * @throws UnsupportedModelException if the recipe's weights are not 8 bits wide
   * @throws dev.halftone.graph.MalformedModelException if a weight that is to be quantized has a
   *     NaN or an infinity
   */
  public static Quantized apply(Model folded, Recipe recipe, int threads) {
    if (recipe.weights().bits() != 8) {
      throw new UnsupportedModelException(
          "recipe",
          "dynamic mode has weights of 8 bits (INT8, UINT8), found " + recipe.weightType());
    }
    Model model = raised(folded, recipe);
    if (hasProducts(model, recipe)) model = Normalizations.spellOut(model, recipe);
    List<WeightUse> uses = WeightUses.of(model.graph());
    DynamicForms forms = new DynamicForms(model, recipe, uses);
    List<WeightDecision> decisions = new ArrayList<>();
    for (WeightUse use : uses) decisions.add(new WeightDecision(use, forms.choose(use)));
    return WeightRewrite.apply(model, decisions, forms.warnings(decisions), threads);
  }

  /**
   * The model under an operator set with DynamicQuantizeLinear, where a product needs it and it can
   * be had.
   */
  private static Model raised(Model model, Recipe recipe) {
    if (model.opset() >= DynamicForms.WITH_DYNAMIC_QUANTIZATION) return model;
    if (!hasProducts(model, recipe)) return model;
    return switch (OpsetUpgrade.to(model, DynamicForms.WITH_DYNAMIC_QUANTIZATION)) {
      case OpsetUpgrade.Result.Raised(Model raised) -> raised;
      case OpsetUpgrade.Result.Refused ignored -> model;
    };
  }

  private static boolean hasProducts(Model model, Recipe recipe) {
    return WeightUses.of(model.graph()).stream()
        .anyMatch(use -> use.commonRole() == Role.MATRIX && use.objection(recipe).isEmpty());
  }
}
