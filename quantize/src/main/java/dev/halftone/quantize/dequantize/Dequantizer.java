package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Model;
import dev.halftone.quantize.qoperator.DroppedClips;
import dev.halftone.quantize.scope.Scope;

/**
 * Turns a quantized model back to float. Constants are decoded, those that nodes look up in tables
 * or whose scales are codes in their turn too; pairs of QuantizeLinear and DequantizeLinear around
 * activations go; operators on integers (QLinear*, *Integer with their scales, MatMulNBits,
 * GatherBlockQuantized, DynamicQuantizeLSTM) become the float operators that they stand for, and a
 * Relu or Clip that saturation stood for is there again. What was lost to rounding stays lost.
 * Quantized inputs and outputs of the graph stay, with the node that converts them.
 */
public final class Dequantizer {
  private Dequantizer() {}

  /**
   * The model in float; values that remain keep their names. {@link QuantizedParts#of} tells what
   * could not be undone.
   */
  public static Model toFloat(Model model) {
    Model decoded = StoredCodes.decode(model);
    FloatNames names = new FloatNames(decoded);
    Saturation saturation = new Saturation(decoded);
    FloatGraph graph = new FloatGraph(Scope.of(decoded.graph()), null, names, saturation);
    return decoded
        .withGraph(graph.convert())
        .withMetadata(DroppedClips.without(decoded.metadata()));
  }
}
