package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.TableRows;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of operators that static quantization leaves in float, stored as 8-bit integers by
 * channel and decoded when the model is loaded, so that the file shrinks where speed cannot be
 * gained.
 */
public final class RemainingWeights {
  private RemainingWeights() {}

  public static Quantized store(Model model, Recipe recipe, int threads) {
    List<WeightDecision> decisions = new ArrayList<>();
    for (WeightUse use : WeightUses.of(model.graph())) {
      String objection = use.objection(recipe);
      WeightForm form = objection.isEmpty() ? form(use) : new WeightForm.Kept(objection);
      decisions.add(new WeightDecision(use, form));
    }
    return WeightRewrite.apply(model, decisions, List.of(), threads);
  }

  private static WeightForm form(WeightUse use) {
    CodeFormat format = new IntegerGrid(DType.INT8, true, false);
    WeightForm form =
        use.commonRole() == Role.TABLE
            ? table(use, format)
            : Layouts.stored(use, format, new Granularity.PerChannel());
    return WeightRewrite.onlyIfSmaller(form);
  }

  private static WeightForm table(WeightUse use, CodeFormat format) {
    long rows = use.value().dimension(0);
    long length = use.value().count() / rows;
    CodeLayout layout = CodeLayout.rows(rows, length, length);
    return new TableRows(new CodeRequest(use.name(), use.value(), layout, format), use.nodes());
  }
}
