package dev.halftone.quantize.weights;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.forms.WeightDecision;
import dev.halftone.quantize.forms.WeightForm;
import dev.halftone.quantize.forms.WeightRewrite;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts blocks that are known in the place of float weights: nothing is rounded. */
public final class KnownWeights {
  private KnownWeights() {}

  /**
   * Decides and applies.
   *
   * @param folded the model, its constants folded
   * @param recipe of weights mode; what it says of types, blocks and symmetry is not used
   * @param known blocks by name of an initializer of the top graph
   * @throws dev.halftone.graph.MalformedModelException if a value has a NaN or an infinity
   */
  public static Quantized apply(
      Model folded, Recipe recipe, Map<String, KnownBlocks> known, int threads) {
    Model model = replaced(folded, known);
    Set<String> warnings = new LinkedHashSet<>();
    Graph start = model.graph();
    for (WeightUse use : WeightUses.of(start)) {
      KnownBlocks blocks = blocks(start, use, known);
      if (blocks == null) continue;
      OperatorSet prepared = OperatorSet.prepare(model, use, own(recipe, blocks));
      model = prepared.model();
      warnings.addAll(prepared.warnings());
    }
    List<WeightDecision> decisions = new ArrayList<>();
    for (WeightUse use : WeightUses.of(model.graph()))
      decisions.add(new WeightDecision(use, form(model, use, recipe, known)));
    return WeightRewrite.apply(model, decisions, List.copyOf(warnings), threads);
  }

  private static WeightForm form(
      Model model, WeightUse use, Recipe recipe, Map<String, KnownBlocks> known) {
    KnownBlocks blocks = blocks(model.graph(), use, known);
    if (blocks == null) return new WeightForm.Kept("no matrix of the checkpoint is like it");
    Recipe own = own(recipe, blocks);
    OperatorSet operators = new OperatorSet(model, false, List.of()).as(own);
    return new WeightForms(own, operators, Importances.none()).choose(use, blocks);
  }

  @SuppressWarnings("ReferenceEquality") // two graphs may be equal and still be two
  private static @Nullable KnownBlocks blocks(
      Graph graph, WeightUse use, Map<String, KnownBlocks> known) {
    boolean top = use.constant().owner() == graph;
    return top ? known.get(use.name()) : null;
  }

  private static Recipe own(Recipe recipe, KnownBlocks blocks) {
    return recipe
        .withWeights(new WeightFormat.Element(blocks.type()))
        .withBlocks(new Granularity.PerBlock(blocks.block()), blocks.symmetric());
  }

  private static Model replaced(Model model, Map<String, KnownBlocks> known) {
    Graph graph = model.graph();
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.replaceAll(
        (name, value) -> {
          KnownBlocks blocks = known.get(name);
          return blocks == null ? value : blocks.values();
        });
    return model.withGraph(
        new Graph(
            graph.name(),
            graph.nodes(),
            initializers,
            graph.inputs(),
            graph.outputs(),
            graph.values(),
            graph.opaque()));
  }
}
