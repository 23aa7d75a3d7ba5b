package dev.halftone.plan;

import dev.halftone.graph.Model;
import java.util.List;

/**
 * A new model with the plan it was made by.
 *
 * @param weights every weight of the model, quantized or kept: constants with two axes and more
 *     that operators multiply with or look up
 */
public record Quantized(Model model, Plan plan, List<StoredWeight> weights) {
  public Quantized {
    weights = List.copyOf(weights);
  }
}
