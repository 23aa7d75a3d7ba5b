package dev.halftone.graph.opset;

import dev.halftone.graph.Node;

/** Ends the work at a node whose meaning a newer version cannot keep; never leaves this package. */
final class CannotRaiseException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String node;

  CannotRaiseException(Node node, String reason) {
    super(reason, null, false, false);
    this.node = "%s (%s)".formatted(node.label(), node.opType());
  }

  String node() {
    return node;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
