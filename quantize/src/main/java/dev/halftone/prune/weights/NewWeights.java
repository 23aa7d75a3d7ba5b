package dev.halftone.prune.weights;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.Tensor;
import java.util.Map;

/** Puts other values in the place of weights. */
final class NewWeights {
  private NewWeights() {}

  /** The model with them in its constants, those in bodies and in Constant nodes too. */
  static Model put(Model model, Map<Constant, Tensor> weights) {
    Rewrite rewrite = new Rewrite(model);
    weights.forEach((constant, weight) -> put(rewrite, constant, weight));
    return rewrite.apply();
  }

  private static void put(Rewrite rewrite, Constant constant, Tensor weight) {
    Node node = constant.node();
    if (node == null)
      rewrite.graph(constant.owner(), editor -> editor.replaceInitializer(constant.name(), weight));
    else
      rewrite.change(node, given -> given.withAttribute("value", new Attribute.OfTensor(weight)));
  }
}
