package dev.halftone.quantize.fold;

import dev.halftone.graph.Model;

/** All foldings, in the order in which each finds what the one before it left. */
public final class Folding {
  private Folding() {}

  /**
   * The same model with fewer nodes. Values that remain keep their names; graph inputs that were
   * only defaults (initializers listed as inputs) are no longer inputs.
   */
  public static Model fold(Model model) {
    // An Identity of a weight is removed before it could be computed: a copy of the weight.
    Model plain = PassThrough.remove(ConstantNodes.toInitializers(model));
    Model constants = ShapeFolding.fold(ConstantFolding.fold(plain));
    return AffineFolding.fold(MatrixProducts.toGemm(constants));
  }
}
