package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Softmax, LogSoftmax and Hardmax of version 13. Before, they coerced their input to a matrix at
 * {@code axis} (default 1) and worked on its rows; since, they work along {@code axis} (default -1)
 * alone. Both are one where all axes behind are of size 1.
 */
final class Softmaxes {
  private Softmaxes() {}

  static List<Node> adapt(Node node, Site site) {
    long axis = node.integer("axis", 1);
    if (axis == -1 || isLastThatCounts(axis, node.input(0), site)) {
      return List.of(node.withAttribute("axis", new Attribute.OfInt(axis)));
    }
    return coerced(node, axis, site);
  }

  private static boolean isLastThatCounts(long axis, String input, Site site) {
    int rank = site.facts().rank(input);
    if (rank < 0) return false;
    long at = axis < 0 ? axis + rank : axis;
    if (at == rank - 1) return true;
    @Nullable List<Dimension> shape = site.facts().shape(input);
    return shape != null
        && at >= 0
        && at < rank
        && shape.subList((int) at + 1, rank).stream().allMatch(new Dimension.Fixed(1)::equals);
  }

  /** The old meaning spelled out: flatten, work along rows, give back the shape. */
  private static List<Node> coerced(Node node, long axis, Site site) {
    String input = node.input(0);
    String shape = site.fresh(node, "shape");
    String matrix = site.fresh(node, "matrix");
    String rows = site.fresh(node, "rows");
    Node flatten =
        new Node(
            matrix,
            "",
            "Flatten",
            List.of(input),
            List.of(matrix),
            Map.of("axis", new Attribute.OfInt(axis)),
            Opaque.NONE);
    Node along =
        node.withInputs(List.of(matrix))
            .withOutputs(List.of(rows))
            .withAttribute("axis", new Attribute.OfInt(-1));
    return List.of(
        Node.of(shape, "Shape", List.of(input), List.of(shape)),
        flatten,
        along,
        Node.of(site.fresh(node, "restore"), "Reshape", List.of(rows, shape), node.outputs()));
  }
}
