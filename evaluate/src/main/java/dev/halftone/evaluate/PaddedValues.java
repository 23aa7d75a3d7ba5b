package dev.halftone.evaluate;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values that a model gives with channels of zeros: {@code v_padded} for {@code v}. Convolutions
 * that were padded for a processor give such values. How many channels a value has is what the
 * nearest convolution before it says, past operators that work value by value; those that only the
 * model has must be of weights that are all 0.
 */
final class PaddedValues {
  /** The first operator set whose Slice and Pad both take numbers as inputs. */
  private static final long OPSET = 11;

  private static final String SUFFIX = "_padded";

  /** What keeps the channels of its first input, and 0 as 0. */
  private static final Set<String> PASSED = Set.of("Relu", "LeakyRelu", "HardSwish", "Identity");

  private PaddedValues() {}

  /**
   * A value with more channels than its reference.
   *
   * @param name in the model
   * @param channels of the reference
   * @param zeros channels behind these
   * @param rank dimensions of the value
   */
  record Padded(String name, long channels, long zeros, int rank) {}

  /**
   * By value of the reference.
   *
   * @param folded the reference with constants computed, under their names
   */
  static Map<String, Padded> of(Graph reference, Graph folded, Model model) {
    Map<String, Padded> padded = new LinkedHashMap<>();
    if (model.opset() < OPSET) return padded;
    Map<String, Tensor> wide = weights(model.graph(), model.graph());
    Map<String, Tensor> narrow = weights(reference, folded);
    GraphIndex index = new GraphIndex(model.graph());
    narrow.forEach(
        (value, before) -> {
          Tensor after = wide.get(value + SUFFIX);
          if (after == null || index.producer(value) != null) return;
          if (before.rank() != after.rank() || before.rank() < 3) return;
          long channels = before.dimension(0);
          long zeros = after.dimension(0) - channels;
          if (zeros > 0 && endsWithZeros(after, channels))
            padded.put(value, new Padded(value + SUFFIX, channels, zeros, before.rank()));
        });
    return padded;
  }

  /** The stored weight of the convolution that each value's channels are from. */
  private static Map<String, Tensor> weights(Graph graph, Graph constants) {
    GraphIndex index = new GraphIndex(constants);
    Map<String, Tensor> weights = new HashMap<>();
    for (Node node : graph.nodes()) {
      Tensor weight =
          node.is("Conv")
              ? stored(node.input(1), constants, index)
              : keepsChannels(node) ? weights.get(node.input(0)) : null;
      if (weight != null) weights.put(node.output(0), weight);
    }
    return weights;
  }

  private static boolean keepsChannels(Node node) {
    return node.domain().isEmpty() && PASSED.contains(node.opType())
        || node.opType().equals("BatchNormalization")
        || Coding.isEncoder(node)
        || Coding.isDecoder(node);
  }

  /** An initializer, or the integers that a decoder, or a Cast and a Mul, make it of. */
  private static @Nullable Tensor stored(String name, Graph graph, GraphIndex index) {
    Node source = index.producer(name);
    if (source == null) return graph.initializers().get(name);
    if (Coding.isDecoder(source)) return graph.initializers().get(source.input(0));
    if (!source.is("Mul")) return null;
    Node cast = index.producer(source.input(0));
    return cast != null && cast.is("Cast") ? graph.initializers().get(cast.input(0)) : null;
  }

  /** Whether all bytes behind so many rows are 0. */
  private static boolean endsWithZeros(Tensor weight, long rows) {
    long bytes = weight.data().byteSize();
    if (weight.dtype().bits() < Byte.SIZE || bytes % weight.dimension(0) != 0) return false;
    for (long at = bytes / weight.dimension(0) * rows; at < bytes; at++)
      if (weight.data().get(ValueLayout.JAVA_BYTE, at) != 0) return false;
    return true;
  }
}
