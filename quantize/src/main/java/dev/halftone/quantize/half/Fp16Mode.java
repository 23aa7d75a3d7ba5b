package dev.halftone.quantize.half;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.plan.Quantized;
import dev.halftone.quantize.scope.Scope;
import dev.halftone.recipe.Recipe;

/**
 * A whole model in IEEE half precision: 32-bit values and constants become 16-bit, rounded to
 * nearest even. Other types, 64-bit floating point included, stay. Nodes without a 16-bit form,
 * nodes of foreign domains, and nodes that read constants beyond the 16-bit range stay in 32 bits
 * between Casts; the plan names each with its reason. Activations that leave the range on some
 * input are not looked for: that takes samples, and shows as infinities in an evaluation.
 */
public final class Fp16Mode {
  private Fp16Mode() {}

  /**
   * Converts; with {@link Recipe#keepIo()} the graph's inputs and outputs keep their types.
   *
   * @throws UnsupportedModelException if a node handles sequences of tensors, or gives a value
   *     whose type nothing tells
   * @throws dev.halftone.graph.MalformedModelException if a constant has a NaN
   */
  public static Quantized apply(Model folded, Recipe recipe) {
    ElementTypes types = ElementTypes.of(folded.graph());
    Scope.of(folded.graph()).visit((scope, node) -> refuseSequences(node));
    refuseUnknown(folded.graph(), types);
    HalfModel half = new HalfModel(folded, recipe);
    Graph graph = half.convert(types);
    if (recipe.keepIo()) graph = new FloatBorder(half, folded.graph(), types).around(graph);
    return new Quantized(folded.withGraph(graph), half.plan(), half.weights());
  }

  private static void refuseSequences(Node node) {
    boolean sequences = node.opType().contains("Sequence") || node.opType().startsWith("Optional");
    if (node.domain().isEmpty() && sequences) {
      throw new UnsupportedModelException(
          node, "sequences and optional values are not converted to 16 bits");
    }
  }

  /** A foreign node whose outputs nothing declares could give 32-bit values unseen. */
  private static void refuseUnknown(Graph graph, ElementTypes types) {
    for (Node node : graph.nodes()) {
      if (node.domain().isEmpty() || node.inputs().stream().noneMatch(types::isFloat)) continue;
      for (String output : node.outputs()) {
        if (!output.isEmpty() && types.of(output) == null) {
          throw new UnsupportedModelException(
              node, "the model does not declare the type of its output " + output);
        }
      }
    }
  }
}
