package dev.halftone.recipe;

import dev.halftone.tensor.DType;
import java.util.List;

/**
 * What was asked for, fully resolved: no value is left to be guessed later.
 *
 * @param weights element type of quantized weights: INT8, UINT8, INT4, UINT4
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
 */
public record Recipe(
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
  public Recipe {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }
}
