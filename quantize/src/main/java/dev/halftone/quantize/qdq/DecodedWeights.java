package dev.halftone.quantize.qdq;

import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.quantize.forms.Layouts;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.quantize.weights.WeightCodes;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Weights that no operator computes with as codes: those of LSTM, GRU and RNN nodes, and in formats
 * or blocks that integer operators do not know those of any. They are written as weights mode
 * writes what it decodes: standard nodes give the weight under its old name, ONNX Runtime computes
 * them when it loads the model, and the float kernels see a constant. No scale is negative.
 */
public final class DecodedWeights {
  /** Types of 4 bits came with this version. */
  private static final long NARROW = 21;

  private DecodedWeights() {}

  /** Whether the weights of linear operators are decoded, for such a recipe. */
  static boolean are(Recipe recipe) {
    return recipe.granularity().isBlocked() || !StoredIntegers.hold(recipe.weights());
  }

  /**
   * What is to be decoded of a model, with the scales that the recipe's search finds.
   *
   * @param linear weights of linear operators that are decoded, by name
   */
  static List<DecodedWeight> find(Model model, Set<String> linear, Recipe recipe, int threads) {
    List<WeightForm.Encoded> forms = new ArrayList<>();
    List<Recipe> recipes = new ArrayList<>();
    for (WeightUse use : WeightUses.of(model.graph())) {
      if (use.commonRole() != Role.RECURRENT && !linear.contains(use.name())) continue;
      if (!use.objection(recipe).isEmpty() || use.value().dtype() != DType.FLOAT32) continue;
      Recipe own = use.recipe(recipe);
      CodeFormat format = format(own);
      if (format.bits() < 8 && model.opset() < NARROW) continue;
      WeightForm form = WeightRewrite.onlyIfSmaller(Layouts.stored(use, format, own.granularity()));
      if (!(form instanceof WeightForm.Encoded encoded)) continue;
      forms.add(encoded);
      recipes.add(own);
    }
    List<CodeRequest> requests = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++)
      requests.add(searching(forms.get(i).request(), recipes.get(i)));
    List<Codes> codes = Encoder.encode(requests, threads);
    List<DecodedWeight> decoded = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++)
      decoded.add(
          new DecodedWeight(
              codes.get(i).settled(),
              recipes.get(i).granularity(),
              channelAxis(forms.get(i).request())));
    return decoded;
  }

  /** Signed integers where the format has such, over the codes that operators would have. */
  private static CodeFormat format(Recipe own) {
    if (!StoredIntegers.hold(own.weights())) return WeightCodes.format(own);
    StoredIntegers stored = StoredIntegers.of(own.weights());
    return new IntegerGrid(stored.integers(), true, stored.range(own.range()), true);
  }

  private static CodeRequest searching(CodeRequest request, Recipe own) {
    double[] positive = new double[Math.toIntExact(request.layout().scales())];
    return request.with(Scaling.of(own.search(), new ScaleStorage.Float32()).atLeast(positive));
  }

  /**
   * Channels are columns where they lie side by side; else rows, of gates behind directions; none
   * where all have one scale.
   */
  private static int channelAxis(CodeRequest request) {
    CodeLayout layout = request.layout();
    if (layout.scales() == 1) return -1;
    long first = request.weight().dimension(0);
    if (layout.inner() > 1 || layout.outer() < first) return request.weight().rank() - 1;
    return layout.outer() > first ? 1 : 0;
  }

  /**
   * The model with these weights as codes.
   *
   * @param model has them as floats, which may have changed since they were found
   * @param scales by name of the weight, in the order of {@link DecodedWeight#scales}
   */
  public static Quantized store(
      Model model, List<DecodedWeight> weights, Map<String, Tensor> scales, int threads) {
    Map<String, DecodedWeight> byName = new LinkedHashMap<>();
    for (DecodedWeight weight : weights) byName.put(weight.name(), weight);
    List<WeightDecision> decisions = new ArrayList<>();
    for (WeightUse use : WeightUses.of(model.graph())) {
      DecodedWeight weight = byName.get(use.name());
      if (weight == null) continue;
      Tensor own = Objects.requireNonNull(scales.get(use.name()), use.name());
      decisions.add(
          new WeightDecision(
              use,
              Layouts.stored(
                  use,
                  weight.request().format(),
                  weight.granularity(),
                  Scaling.known(own.toFloats()))));
    }
    return WeightRewrite.apply(model, decisions, List.of(), threads);
  }
}
