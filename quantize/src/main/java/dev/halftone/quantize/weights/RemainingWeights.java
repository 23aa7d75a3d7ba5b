package dev.halftone.quantize.weights;

import dev.halftone.graph.Model;
import dev.halftone.quantize.Quantized;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.Selection;
import dev.halftone.quantize.forms.TableRows;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The weights of operators that static quantization leaves in float, stored as 8-bit integers by channel and decoded when the model is
 * loaded, so that the file shrinks where the speed cannot be gained.
 */
public final class RemainingWeights {
  /** Bytes that the nodes and names around one weight take, about. */
  private static final long AROUND = 400;

  private RemainingWeights() {}

  public static Quantized store(Model model, Recipe recipe, int threads) {
    List<WeightDecision> decisions = new ArrayList<>();
    Readers.of(model.graph())
        .forEach(
            (constant, readers) -> {
              if (!Selection.isWeight(constant, readers)) return;
              String objection = Selection.objection(constant, readers, recipe);
              WeightForm form = objection.isEmpty() ? form(constant, readers) : new WeightForm.Kept(objection);
              decisions.add(new WeightDecision(constant, readers, form));
            });
    return WeightRewrite.apply(model, decisions, List.of(), threads);
  }

  private static WeightForm form(Constant constant, List<Reader> readers) {
    CodeFormat format = new CodeFormat(DType.INT8, true, false);
    WeightForm.Encoded form =
        Selection.commonRole(constant, readers) == Role.TABLE
            ? table(constant, readers, format)
            : Layouts.stored(constant, Selection.firstRole(constant, readers), format, new Granularity.PerChannel());
    long bytes = Codes.bytes(form.request().layout(), form.request().format());
    return bytes + AROUND < constant.value().byteSize() ? form : new WeightForm.Kept("its weight would not get smaller");
  }

  private static TableRows table(Constant constant, List<Reader> readers, CodeFormat format) {
    long rows = constant.value().dimension(0);
    long length = constant.value().count() / rows;
    CodeRequest request =
        new CodeRequest(constant.name(), constant.value(), CodeLayout.rows(rows, length, length), format);
    return new TableRows(request, readers.stream().map(reader -> Objects.requireNonNull(reader.node())).toList());
  }
}
