package dev.halftone.prune.channels;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Convolutions that see an input of the model through no other convolution or product. They have
 * few inputs and find edges and colours, which all else is made of: NNCF's filter pruning leaves
 * them alone too unless told otherwise ({@code prune_first_conv}).
 */
final class FirstConvolutions {
  private FirstConvolutions() {}

  static Set<Node> of(Graph graph) {
    Set<Node> first = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<String> raw = new HashSet<>();
    for (ValueInfo input : graph.requiredInputs()) raw.add(input.name());
    for (Node node : graph.nodes()) {
      if (node.reads().stream().noneMatch(raw::contains)) continue;
      if (node.is("Conv") || node.is("ConvTranspose")) first.add(node);
      else if (!Makers.TYPES.contains(node.opType())) raw.addAll(node.outputs());
    }
    return first;
  }
}
