package dev.halftone.graph;

/**
 * The file is valid, but asks for what Halftone or its runtime cannot do: names the node and the
 * operator where there is one.
 */
public final class UnsupportedModelException extends BadInputException {
  private static final long serialVersionUID = 1;

  public UnsupportedModelException(Object file, String problem) {
    super("%s: %s".formatted(file, problem));
  }

  public UnsupportedModelException(Node node, String problem) {
    super("node %s (%s): %s".formatted(node.label(), node.opType(), problem));
  }
}
