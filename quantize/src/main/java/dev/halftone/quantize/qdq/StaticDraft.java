package dev.halftone.quantize.qdq;

import dev.halftone.graph.Model;
import dev.halftone.plan.Plan;
import java.util.Map;

/**
 * A statically quantized model that still knows where its constants come from, so that they can be
 * found anew: by training.
 *
 * @param floats the folded model; a value that both graphs have has the same name in both, but for
 *     graph outputs and what was before a dropped rectifier
 * @param quantized with pairs of QuantizeLinear and DequantizeLinear
 * @param originals the initializer of {@code floats} by the initializer of {@code quantized} that
 *     holds its codes
 */
public record StaticDraft(Model floats, Model quantized, Map<String, String> originals, Plan plan) {
  public StaticDraft {
    originals = Map.copyOf(originals);
  }
}
