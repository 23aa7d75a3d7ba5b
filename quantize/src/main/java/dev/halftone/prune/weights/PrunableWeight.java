package dev.halftone.prune.weights;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Node;
import dev.halftone.prune.NodeChoice;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.forms.WeightUse;
import dev.halftone.quantize.scope.Readers.Reader;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weight with what is asked of it.
 *
 * @param layout how all of its readers see it; null where they differ, or it has none
 * @param objection why it stays as it is, or an empty string
 */
record PrunableWeight(WeightUse use, @Nullable WeightLayout layout, String objection) {
  static PrunableWeight of(WeightUse use, PruneRequest request) {
    WeightLayout layout = layout(use);
    return new PrunableWeight(use, layout, objection(use, layout, request));
  }

  /** That all readers have in common. */
  private static @Nullable WeightLayout layout(WeightUse use) {
    WeightLayout common = null;
    for (Reader reader : use.readers()) {
      Node node = reader.node();
      WeightLayout own = node == null ? null : WeightLayout.of(node, use.value());
      if (own == null || common != null && !common.equals(own)) return null;
      common = own;
    }
    return common;
  }

  private static String objection(
      WeightUse use, @Nullable WeightLayout layout, PruneRequest request) {
    String reading = reading(use, request.nodes());
    if (!reading.isEmpty()) return reading;
    if (use.value().count() > Integer.MAX_VALUE) return "its weight has more than 2^31 elements";
    if (request
            instanceof
            PruneRequest.Sparsity(
                double share,
                PruneRequest.Scope scope,
                PruneRequest.Method method,
                NodeChoice nodes)
        && method == PruneRequest.Method.MAGNITUDE) return "";
    if (layout == null)
      return use.readers().size() > 1
          ? "its weight is shared by nodes that sum over different axes"
          : "the shape of its weight does not fit the operator";
    if (request instanceof PruneRequest.Pattern pattern && layout.inputs() % pattern.of() != 0)
      return "an output reads %d input channels, which is no multiple of %d"
          .formatted(layout.inputs(), pattern.of());
    return "";
  }

  /** What stands against it from those who read it. */
  private static String reading(WeightUse use, NodeChoice nodes) {
    for (int i = 0; i < use.readers().size(); i++) {
      Node node = use.readers().get(i).node();
      if (node == null) return "its weight is an output of the graph too";
      String shared = use.readers().size() == 1 ? "" : " by " + node.label();
      String other =
          switch (use.roles().get(i)) {
            case MATRIX, CONVOLUTION -> "";
            case TABLE -> "its weight is a table that is looked up in" + shared;
            case RECURRENT -> "weights of recurrent cells are not pruned";
            case LEFT_MATRIX -> "its weight is the left operand" + shared;
            case SHAPED, OTHER -> "its weight is turned into something else" + shared;
          };
      if (!other.isEmpty()) return other;
      if (!nodes.selects(node.label()))
        return shared.isEmpty()
            ? "excluded"
            : "its weight is read" + shared + ", which is excluded";
    }
    return "";
  }

  boolean isPruned() {
    return objection.isEmpty();
  }

  PrunableWeight refused(String reason) {
    return new PrunableWeight(use, layout, reason);
  }

  Tensor value() {
    return use.value();
  }

  /**
   * The elements.
   *
   * @throws MalformedModelException if one is NaN or infinite
   */
  float[] values() {
    float[] values = value().toFloats();
    for (int i = 0; i < values.length; i++)
      if (!Float.isFinite(values[i]))
        throw new MalformedModelException(
            "weight " + use.name(), "%s at element %d".formatted(values[i], i));
    return values;
  }

  /** A line for each node that reads it. */
  List<PrunePlan.Layer> layers(long zeros) {
    List<PrunePlan.Layer> layers = new ArrayList<>();
    for (int i = 0; i < use.readers().size(); i++) {
      Node node = use.readers().get(i).node();
      if (node == null || use.roles().get(i) == Role.OTHER) continue;
      layers.add(
          new PrunePlan.Layer(node.label(), node.opType(), value().count(), zeros, objection));
    }
    return layers;
  }
}
