package dev.halftone.quantize;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import java.util.List;

/**
 * Builds static recipes: uint8 activations, int8 weights by channel, and everything quantized, so
 * that small graphs are too. Sums of products fit 16 bits, so that ONNX Runtime judges the same on
 * every kind of processor.
 */
public final class StaticRecipe {
  private DType weights = DType.INT8;
  private DType activations = DType.UINT8;
  private Granularity granularity = new Granularity.PerChannel();
  private boolean symmetric;
  private boolean reduceRange = true;
  private boolean operatorForm;
  private boolean everything = true;
  private Processor processor = Processor.X86_VNNI;
  private Calibration calibration = Calibration.MINMAX;
  private List<String> exclude = List.of();

  public StaticRecipe weights(DType type) {
    weights = type;
    return this;
  }

  public StaticRecipe activations(DType type) {
    activations = type;
    return this;
  }

  public StaticRecipe perTensor() {
    granularity = new Granularity.PerTensor();
    return this;
  }

  public StaticRecipe symmetric() {
    symmetric = true;
    return this;
  }

  /** All of the weights' codes, for tests that look at codes and scales. */
  public StaticRecipe wholeRange() {
    reduceRange = false;
    return this;
  }

  public StaticRecipe operatorForm() {
    operatorForm = true;
    return this;
  }

  /** What would be slower in integers stays in float. */
  public StaticRecipe weighed() {
    everything = false;
    return this;
  }

  /** Weighed by the speeds of such a processor. */
  public StaticRecipe weighedFor(Processor kind) {
    processor = kind;
    return weighed();
  }

  public StaticRecipe calibration(Calibration method) {
    calibration = method;
    return this;
  }

  public StaticRecipe exclude(String... patterns) {
    exclude = List.of(patterns);
    return this;
  }

  public Recipe build() {
    return new Recipe(
            Mode.STATIC,
            weights,
            activations,
            granularity,
            symmetric,
            true,
            reduceRange,
            operatorForm,
            false,
            true,
            calibration,
            List.of(),
            exclude,
            everything)
        .withProcessor(processor);
  }
}
