package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.plan.Plan.TensorPlan;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.Codes;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The weights of LSTM, GRU and RNN nodes as signed integers, in the place where static and weights
 * mode have them: {@code Cast} and {@code Mul} give the weight under its old name, and ONNX Runtime
 * computes both when it loads the model, so that the float kernels see a constant. In the number of
 * bits that the recipe has, each gate's row with a scale of its own.
 *
 * @param originals the float weight by the initializer of its codes
 * @param grids the codes that each float weight is made of
 */
record RecurrentWeights(
    Model model,
    List<TensorPlan> tensors,
    Map<String, String> originals,
    Map<String, Codes> grids) {
  /** Types of 4 bits came with this version. */
  private static final long NARROW = 21;

  static RecurrentWeights store(Model model, Recipe recipe, int threads) {
    List<WeightDecision> decisions = new ArrayList<>();
    Map<String, Codes> grids = new LinkedHashMap<>();
    for (WeightUse use : WeightUses.of(model.graph())) {
      if (use.commonRole() != Role.RECURRENT || !use.objection(recipe).isEmpty()) continue;
      if (use.value().dtype() != DType.FLOAT32) continue;
      Recipe own = use.recipe(recipe);
      StoredIntegers integers = StoredIntegers.of(own.weights());
      if (integers.type().bits() < 8 && model.opset() < NARROW) continue;
      WeightForm form = form(use, integers, own);
      if (form instanceof WeightForm.Kept) continue;
      decisions.add(new WeightDecision(use, form));
      grids.put(use.name(), new Codes(integers.integers().low(), integers.integers().high()));
    }
    Quantized stored = WeightRewrite.apply(model, decisions, List.of(), threads);
    return new RecurrentWeights(
        stored.model(),
        stored.plan().tensors(),
        originals(stored.model().graph(), grids.keySet()),
        grids);
  }

  private static WeightForm form(WeightUse use, StoredIntegers integers, Recipe own) {
    IntegerGrid grid =
        new IntegerGrid(integers.integers(), true, integers.range(own.range()), true);
    Scaling scaling = Scaling.of(own.search(), new ScaleStorage.Float32());
    return WeightRewrite.onlyIfSmaller(Layouts.stored(use, grid, own.granularity(), scaling));
  }

  private static Map<String, String> originals(Graph graph, Iterable<String> weights) {
    GraphIndex index = new GraphIndex(graph);
    Map<String, String> originals = new LinkedHashMap<>();
    for (String weight : weights) {
      Node scaled = Objects.requireNonNull(index.producer(weight), weight);
      Node cast = Objects.requireNonNull(index.producer(scaled.input(0)), weight);
      originals.put(cast.input(0), weight);
    }
    return originals;
  }
}
