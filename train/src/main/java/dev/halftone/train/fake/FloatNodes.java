package dev.halftone.train.fake;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which node of a float graph became a node of the graph that rounds. Names tell, where there are
 * any and each is there once; else the value that both put out, or that a rectifier which was left
 * out of the latter puts out in the former.
 */
public final class FloatNodes {
  private final GraphIndex index;
  private final Map<String, Node> named = new HashMap<>();

  public FloatNodes(Graph floats) {
    index = new GraphIndex(floats);
    Set<String> several = new HashSet<>();
    for (Node node : floats.nodes())
      if (node.name().isEmpty() || named.put(key(node), node) != null) several.add(key(node));
    named.keySet().removeAll(several);
  }

  private static String key(Node node) {
    return node.opType() + " " + node.name();
  }

  /** The node of the float graph, or null if none can be told. */
  public @Nullable Node of(Node rounding) {
    Node byName = named.get(key(rounding));
    if (byName != null || rounding.outputs().isEmpty()) return byName;
    Node found = index.producer(rounding.output(0));
    if (found != null && (found.is("Relu") || found.is("Clip")) && !sameType(found, rounding))
      found = index.producer(found.input(0));
    return found != null && sameType(found, rounding) ? found : null;
  }

  private static boolean sameType(Node one, Node other) {
    return one.opType().equals(other.opType());
  }
}
