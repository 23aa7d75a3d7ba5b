package dev.halftone.train;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operator that an output's numbers come from, behind others that only arrange them.
 *
 * @param output name of it
 * @param node null where that is an input or a constant
 * @param arranged whether there are others behind it
 */
record Ending(String output, @Nullable Node node, boolean arranged) {
  private static final Set<String> ARRANGING =
      Set.of("Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze");

  /** What gives numbers that a Sigmoid would be put behind. */
  private static final Set<String> LINEAR =
      Set.of("Add", "BatchNormalization", "Conv", "ConvTranspose", "Gemm", "MatMul");

  static Ending of(Graph graph, String output) {
    GraphIndex index = new GraphIndex(graph);
    Node last = index.producer(output);
    Node node = last;
    while (isOneOf(ARRANGING, node)) node = index.producer(Objects.requireNonNull(node).input(0));
    return new Ending(output, node, node != last);
  }

  /** Whether the output is shares of classes or their logarithms, whose logits go in. */
  boolean hasLogits() {
    return !arranged && isShares();
  }

  /** The value that is compared with another's logits. */
  String logits() {
    return hasLogits() ? Objects.requireNonNull(node).input(0) : output;
  }

  private boolean isShares() {
    return is("Softmax") || is("LogSoftmax");
  }

  /**
   * Whether logits of both can be compared: one output is shares, and the other is too, or what a
   * Softmax might be put behind.
   */
  boolean sharesLogits(Ending other) {
    return (hasLogits() || other.hasLogits())
        && (hasLogits() || isOpen())
        && (other.hasLogits() || other.isOpen());
  }

  /** Whether the outputs can be compared as they are. */
  boolean sharesValues(Ending other) {
    if (isShares() || other.isShares()) return isLike(other);
    return !(isSquashed() && other.isLinear() || isLinear() && other.isSquashed());
  }

  private boolean isLike(Ending other) {
    return node != null && other.node != null && other.is(node.opType());
  }

  /** Whether nothing says that these are no logits. */
  private boolean isOpen() {
    return !isShares() && !isSquashed();
  }

  private boolean isSquashed() {
    return is("Sigmoid") || is("HardSigmoid");
  }

  private boolean isLinear() {
    return isOneOf(LINEAR, node);
  }

  private boolean is(String opType) {
    return node != null && node.is(opType);
  }

  private static boolean isOneOf(Set<String> opTypes, @Nullable Node node) {
    return node != null && node.domain().isEmpty() && opTypes.contains(node.opType());
  }

  /** For messages. */
  String text() {
    String operator = node == null ? "no operator's" : "a " + node.opType() + "'s";
    return arranged ? operator + ", arranged anew" : operator;
  }
}
