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
    Model constants = ConstantFolding.fold(ConstantNodes.toInitializers(model));
    return AffineFolding.fold(
        MatrixProducts.toGemm(ShapeFolding.fold(PassThrough.remove(constants))));
  }
}
