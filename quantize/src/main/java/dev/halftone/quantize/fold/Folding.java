package dev.halftone.quantize.fold;

import dev.halftone.graph.Model;

/** All foldings, in the order in which each finds what the one before it left. */
public final class Folding {
  private Folding() {}

  /**
   * The same model with fewer nodes. Values that remain keep their names; graph inputs that were
   * only defaults (initializers listed as inputs) are no longer inputs. A weight that is shared
   * stays shared: where one of its readers turns it, the Transpose stays.
   */
  public static Model fold(Model model) {
    return fold(model, false);
  }

  /**
   * As {@link #fold(Model)}, but a Transpose of a shared weight is computed too: static
   * quantization makes integers only of a product with a weight that is stored.
   */
  public static Model foldForProducts(Model model) {
    return fold(model, true);
  }

  /**
   * As {@link #fold(Model)}, but operators that depend on the input stay what they are:
   * normalizations are not merged with what is before them.
   */
  public static Model foldConstants(Model model) {
    return constants(model, false);
  }

  private static Model fold(Model model, boolean untie) {
    return AffineFolding.fold(MatrixProducts.toGemm(constants(model, untie)));
  }

  private static Model constants(Model model, boolean untie) {
    // An Identity of a weight is removed before it could be computed: a copy of the weight.
    Model plain = PassThrough.remove(ConstantNodes.toInitializers(model));
    return ShapeFolding.fold(ConstantFolding.fold(plain, untie));
  }
}
