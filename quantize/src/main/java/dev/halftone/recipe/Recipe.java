package dev.halftone.recipe;

import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.List;

/**
 * What was asked for, fully resolved: no value is left to be guessed later.
 *
 * @param weights number format of quantized weights
 * @param activations element type of quantized activations: UINT8, INT8, UINT16, INT16
 * @param symmetricActivations whether activations have their zero point in the middle of the type
 * @param symmetricWeights whether weights do
 * @param reduceRange whether 8-bit weights use 7 bits, for CPUs whose 8-bit products saturate
 * @param operatorForm QOperator (QLinear*) in place of QDQ pairs
 * @param matMulNBits weights mode: com.microsoft MatMulNBits nodes in place of standard blocked
 *     DequantizeLinear
 * @param keepIo fp16/bf16: graph inputs and outputs keep their types
 * @param include patterns of node names to quantize ({@code *} and {@code ?}); empty means all
 * @param exclude patterns of node names to leave as they are; wins over include
 * @param quantizeEverything quantize operators too that ONNX Runtime's CPU never fuses or that are
 *     slower quantized
 * @param search how scales of weights are chosen, in static and weights mode
 * @param scales what they are stored as, in weights mode
 */
public record Recipe(
    Mode mode,
    WeightFormat weights,
    DType activations,
    Granularity granularity,
    boolean symmetricActivations,
    boolean symmetricWeights,
    boolean reduceRange,
    boolean operatorForm,
    boolean matMulNBits,
    boolean keepIo,
    Calibration calibration,
    List<String> include,
    List<String> exclude,
    boolean quantizeEverything,
    ScaleSearch search,
    ScaleStorage scales) {
  public Recipe {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** With scales that cover the whole range of the weights, stored as floats. */
  public Recipe(
      Mode mode,
      DType weights,
      DType activations,
      Granularity granularity,
      boolean symmetricActivations,
      boolean symmetricWeights,
      boolean reduceRange,
      boolean operatorForm,
      boolean matMulNBits,
      boolean keepIo,
      Calibration calibration,
      List<String> include,
      List<String> exclude,
      boolean quantizeEverything) {
    this(
        mode,
        new WeightFormat.Element(weights),
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        reduceRange,
        operatorForm,
        matMulNBits,
        keepIo,
        calibration,
        include,
        exclude,
        quantizeEverything,
        new ScaleSearch.AbsMax(),
        new ScaleStorage.Float32());
  }

  /**
   * The element type of weights.
   *
   * @throws IllegalStateException if they are of a format that is none; static and dynamic mode
   *     have no such recipes
   */
  public DType weightType() {
    if (weights instanceof WeightFormat.Element(DType type)) return type;
    throw new IllegalStateException(weights.name() + " is not an element type");
  }

  /** The same with scales of weights found and stored in another way. */
  public Recipe withScales(ScaleSearch wanted, ScaleStorage storage) {
    return new Recipe(
        mode,
        weights,
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        reduceRange,
        operatorForm,
        matMulNBits,
        keepIo,
        calibration,
        include,
        exclude,
        quantizeEverything,
        wanted,
        storage);
  }
}
