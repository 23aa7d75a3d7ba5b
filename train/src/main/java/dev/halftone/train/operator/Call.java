package dev.halftone.train.operator;

import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.jspecify.annotations.Nullable;

/**
 * A node with the values that it reads.
 *
 * @param opset version of the standard operator set
 * @param inputs one for each that the node names, null where one is left out
 * @param backward what gradients need
 */
public record Call(Node node, long opset, List<@Nullable Tensor> inputs, Backward backward) {

  /** Input {@code index}, which has to be there. */
  public Tensor input(int index) {
    Tensor input = optional(index);
    if (input == null) throw new UnsupportedModelException(node, "input " + index + " is missing");
    return input;
  }

  /** Input {@code index}, or null when it is left out. */
  public @Nullable Tensor optional(int index) {
    return index < inputs.size() ? inputs.get(index) : null;
  }

  /** Input {@code index} as libtorch takes optional ones. */
  public TensorOptional optionalTensor(int index) {
    Tensor input = optional(index);
    return input == null ? new TensorOptional() : new TensorOptional(input);
  }

  /** The inputs that are there. */
  public List<Tensor> all() {
    List<Tensor> all = new ArrayList<>();
    for (Tensor input : inputs) if (input != null) all.add(input);
    return all;
  }

  /**
   * A list that newer operator sets take as input {@code index} and older ones as an attribute;
   * null when it is in neither.
   */
  public long @Nullable [] integers(int index, String attribute) {
    Tensor input = optional(index);
    if (input != null) return TorchTensors.longs(input);
    return node.attribute(attribute) == null ? null : list(attribute);
  }

  /** The list attribute, empty when the node does not have it. */
  public long[] list(String attribute) {
    return node.integers(attribute).stream().mapToLong(Long::longValue).toArray();
  }

  /** The integer attribute, or {@code otherwise}. */
  public long integer(String attribute, long otherwise) {
    return node.integer(attribute, otherwise);
  }

  /** The float attribute, or {@code otherwise}. */
  public float real(String attribute, float otherwise) {
    return node.real(attribute, otherwise);
  }

  /**
   * The axis that an attribute names, counted from the front.
   *
   * @throws UnsupportedModelException if the tensor has no such axis
   */
  public int axis(String attribute, long otherwise, Tensor of) {
    return axis(integer(attribute, otherwise), of.dim());
  }

  /** The axis counted from the front, of {@code rank}. */
  public int axis(long axis, long rank) {
    long front = axis < 0 ? axis + rank : axis;
    if (front < 0 || front >= Math.max(rank, 1))
      throw new UnsupportedModelException(node, "axis %d of %d".formatted(axis, rank));
    return (int) front;
  }
}
