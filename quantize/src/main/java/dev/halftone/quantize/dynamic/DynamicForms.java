package dev.halftone.quantize.dynamic;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.forms.IntegerConvolution;
import dev.halftone.quantize.forms.IntegerProduct;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Linear;
import dev.halftone.quantize.forms.Stored;
import dev.halftone.quantize.forms.TableRows;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Chooses the form of each weight, by who reads it and by what ONNX Runtime runs faster in
 * integers.
 */
final class DynamicForms {
  /** DynamicQuantizeLinear is part of the standard operators from this version on. */
  static final long WITH_DYNAMIC_QUANTIZATION = 11;

  private static final CodeFormat STORED = new IntegerGrid(DType.INT8, true, false);

  private final Model model;
  private final Recipe recipe;
  private final Lstms lstms;

  DynamicForms(Model model, Recipe recipe, List<WeightUse> uses) {
    this.model = model;
    this.recipe = recipe;
    this.lstms = new Lstms(uses, recipe);
  }

  WeightForm choose(WeightUse use) {
    String objection = use.objection(recipe);
    if (!objection.isEmpty()) return new WeightForm.Kept(objection);
    boolean integers =
        model.opset() >= WITH_DYNAMIC_QUANTIZATION && use.value().dtype() == DType.FLOAT32;
    return switch (use.commonRole()) {
      case RECURRENT -> lstms.areIntegers(use) ? lstms.form(use) : stored(use);
      case MATRIX -> integers ? product(use) : stored(use);
      case TABLE -> WeightRewrite.onlyIfSmaller(table(use));
      case CONVOLUTION -> integers && recipe.quantizeEverything() ? convolution(use) : stored(use);
      case LEFT_MATRIX, SHAPED, OTHER -> stored(use);
    };
  }

  private WeightForm product(WeightUse use) {
    List<IntegerProduct.Read> reads = new ArrayList<>();
    for (Reader reader : use.readers()) {
      Linear linear = Linear.of(Objects.requireNonNull(reader.node()), use.value());
      if (linear == null || (!reads.isEmpty() && !linear.readsAlike(reads.getFirst().linear())))
        return stored(use);
      reads.add(new IntegerProduct.Read(linear, reader.scope().graph()));
    }
    Linear first = reads.getFirst().linear();
    Recipe own = use.recipe(recipe);
    boolean single = own.granularity() instanceof Granularity.PerTensor;
    CodeLayout layout = CodeLayout.columns(first.rows(), first.columns(), first.rows());
    if (first.transposed()) layout = layout.fromTransposed();
    else if (single) layout = CodeLayout.whole(use.value().count());
    CodeFormat format = new IntegerGrid(own.weightType(), own.symmetricWeights(), own.range());
    return new IntegerProduct(new CodeRequest(use.name(), use.value(), layout, format), reads);
  }

  private WeightForm table(WeightUse use) {
    return new TableRows(new CodeRequest(use.name(), use.value(), rows(use), STORED), use.nodes());
  }

  private CodeLayout rows(WeightUse use) {
    long rows = use.value().dimension(0);
    long length = use.value().count() / rows;
    boolean single = use.recipe(recipe).granularity() instanceof Granularity.PerTensor;
    return single ? CodeLayout.whole(rows * length) : CodeLayout.rows(rows, length, length);
  }

  private WeightForm convolution(WeightUse use) {
    Reader reader = use.readers().getFirst();
    Node node = Objects.requireNonNull(reader.node());
    Constant bias = node.input(2).isEmpty() ? null : reader.scope().constant(node.input(2));
    boolean known = node.input(2).isEmpty() || bias != null;
    if (use.readers().size() > 1 || !node.is("Conv") || !known) return stored(use);
    CodeFormat unsigned = new IntegerGrid(DType.UINT8, true, use.recipe(recipe).range());
    CodeRequest request = new CodeRequest(use.name(), use.value(), rows(use), unsigned);
    return new IntegerConvolution(
        request, node, reader.scope().graph(), bias == null ? null : bias.value());
  }

  private static WeightForm stored(WeightUse use) {
    return WeightRewrite.onlyIfSmaller(Layouts.stored(use, STORED, new Granularity.PerChannel()));
  }

  /** What a user has to know about how these forms run. */
  List<String> warnings(List<WeightDecision> decisions) {
    long stored = decisions.stream().filter(decision -> decision.form() instanceof Stored).count();
    if (stored == 0) return List.of();
    String what =
        "%d %s stored as 8-bit integers and computed with in float: "
            .formatted(stored, stored == 1 ? "weight is" : "weights are");
    return List.of(what + "ONNX Runtime has no faster integer kernel for them");
  }
}
