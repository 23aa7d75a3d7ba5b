package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.TensorType;
import java.util.Map;

/** Estimates which linear operators would run slower in integers than in float. */
final class LayerCost {
  private LayerCost() {}

  static Map<String, String> slowInIntegers(Graph graph, Placement widest, Map<String, TensorType> types) {
    return Map.of();
  }
}
