package dev.halftone.quantize.qdq;

import dev.halftone.graph.Node;
import java.util.Map;
import java.util.Set;

/**
 * Where a model is quantized: a decision, not yet applied.
 *
 * @param linear operators with a constant weight that compute in integers
 * @param arithmetic operators without weights that do
 * @param shapeOnly operators that move integers
 * @param absorbed rectifiers that the QuantizeLinear behind them may replace, if its range turns
 *     out to be theirs
 * @param pairs values that pass through QuantizeLinear and DequantizeLinear
 * @param rangeSource for each of those, the value whose range it takes (itself, unless a shape-only
 *     operator lies between)
 * @param floatProducers those of the pairs that an operator in float gives: its other readers in
 *     float read them unquantized
 * @param reasons why each of the other operators stays in float
 */
record Placement(
    Set<Node> linear,
    Set<Node> arithmetic,
    Set<Node> shapeOnly,
    Set<Node> absorbed,
    Set<String> pairs,
    Map<String, String> rangeSource,
    Set<String> floatProducers,
    Map<Node, String> reasons) {

  boolean isInteger(Node node) {
    return linear.contains(node) || arithmetic.contains(node) || shapeOnly.contains(node);
  }
}
