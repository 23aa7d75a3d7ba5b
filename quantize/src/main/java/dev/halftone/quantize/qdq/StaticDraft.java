package dev.halftone.quantize.qdq;

import dev.halftone.graph.Model;
import dev.halftone.plan.Plan;
import dev.halftone.scheme.Codes;
import java.util.List;
import java.util.Map;

/**
 * A statically quantized model that still knows where its constants come from, so that they can be
 * found anew: by training.
 *
 * @param floats the folded model; a value that both graphs have has the same name in both, but for
 *     graph outputs and what was before a dropped rectifier
 * @param quantized with pairs of QuantizeLinear and DequantizeLinear; {@code decoded} weights still
 *     in float
 * @param originals the initializer of {@code floats} by the initializer of {@code quantized} that
 *     holds its codes
 * @param grids the codes that constants of {@code floats} are made of; not of biases, which have 32
 *     bits, and not of {@code decoded} weights
 * @param decoded weights that are to be stored by {@link DecodedWeights}
 */
public record StaticDraft(
    Model floats,
    Model quantized,
    Map<String, String> originals,
    Map<String, Codes> grids,
    List<DecodedWeight> decoded,
    Plan plan) {
  public StaticDraft {
    originals = Map.copyOf(originals);
    grids = Map.copyOf(grids);
    decoded = List.copyOf(decoded);
  }
}
