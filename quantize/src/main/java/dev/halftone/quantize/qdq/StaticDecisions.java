package dev.halftone.quantize.qdq;

import dev.halftone.graph.Node;
import dev.halftone.scheme.QuantizationParameters;
import java.util.Map;

/**
 * Everything that static quantization will do.
 *
 * @param activations by the value whose range is taken
 * @param constants initializers that arithmetic operators read
 * @param weights by linear operator (identity)
 */
record StaticDecisions(
    Placement placement,
    Map<String, QuantizationParameters> activations,
    Map<String, QuantizedTensor> constants,
    Map<Node, LinearWeights> weights) {}
