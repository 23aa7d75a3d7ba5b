package dev.halftone.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One value of a model beside the same value of its reference, over all samples. Its error is split
 * in two: what the layer makes itself, given the reference's inputs, and what it makes of the
 * errors that it is given.
 *
 * @param value its name in the reference
 * @param node of the reference that computes it: the product among {@code operators}, where there
 *     is just one, else the last
 * @param opType of that node
 * @param operators of all nodes between this value and those compared before it, in order
 * @param counterpart what it was compared with in the model: the value of the same name, or the
 *     float form of its integers
 * @param sqnrDb {@code 10·log10(Σx²/Σ(x − y)²)}, from -200 to 200
 * @param cosine of the angle between the two
 * @param maxAbsDifference largest {@code |x − y|}
 * @param ownNoise {@code Σ(x − a)²/Σx²} with a what the model's layer gives for the reference's
 *     inputs; NaN where that could not be run
 * @param inheritedNoise {@code Σ(a − y)²/Σx²}; NaN likewise
 * @param notFinite pairs left out of all of these, since one of the two is infinite or NaN
 * @param activations the value's elements by size
 * @param weights the product's weights by size; null where the layer has none that changed, or they
 *     are not found
 * @param reasons why it does damage; empty where it does little, or nothing tells why
 */
public record Layer(
    String value,
    String node,
    String opType,
    List<String> operators,
    String counterpart,
    double sqnrDb,
    double cosine,
    double maxAbsDifference,
    double ownNoise,
    double inheritedNoise,
    long notFinite,
    Spread activations,
    @Nullable Spread weights,
    List<Reason> reasons) {
  public Layer {
    operators = List.copyOf(operators);
    reasons = List.copyOf(reasons);
  }

  /** The node, or the value where the node has no name. */
  public String label() {
    return node.isEmpty() ? value : node;
  }
}
