package dev.halftone.graph.opset;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Raises a model to a newer version of the standard operator set, keeping what it computes: version
 * by version, each node is replaced by what means the same in the next one. Bodies and functions
 * are raised too; the outputs of every node keep their names.
 */
public final class OpsetUpgrade {
  private final Model model;
  private final long target;
  private final Names names;
  private final @Nullable DType onlyFloatType;

  private OpsetUpgrade(Model model, long target) {
    this.model = model;
    this.target = target;
    this.names = new Names(model);
    this.onlyFloatType = FloatTypes.only(model);
  }

  /** What became of a model. */
  public sealed interface Result {
    /** The model in the wanted version; the same one if it was not older. */
    record Raised(Model model) implements Result {}

    /**
     * Some node cannot be said in a newer version.
     *
     * @param node label and operator, or what else stands in the way
     */
    record Refused(String node, String reason) implements Result {}
  }

  /**
   * The model with standard operator set {@code target} and the IR version that goes with it, from
   * opset 7 on and up to 25. Below IR version 4, where initializers had to be inputs, they are
   * inputs no longer.
   *
   * <p>Refused are nodes with operators unknown to the standard set (experimental ones too), and
   * those whose old meaning the new version lacks or that is not known well enough from the graph.
   */
  public static Result to(Model model, long target) {
    if (model.opsets().containsKey("") && model.opset() >= target) return new Result.Raised(model);
    if (target > Operators.NEWEST)
      return new Result.Refused("opset " + target, "only known up to " + Operators.NEWEST);
    try {
      return new Result.Raised(new OpsetUpgrade(model, target).raise());
    } catch (CannotRaiseException e) {
      return new Result.Refused(e.node(), e.reason());
    }
  }

  private Model raise() {
    Graph graph = raise(model.graph(), null, model.opset());
    if (model.irVersion() < 4) graph = withoutInitializerInputs(graph);
    long irVersion = Math.max(model.irVersion(), IrVersions.of(target));
    List<Function> functions = model.functions().stream().map(this::raise).toList();
    return new Model(
        irVersion, raised(model.opsets()), graph, functions, model.metadata(), model.opaque());
  }

  private SortedMap<String, Long> raised(SortedMap<String, Long> opsets) {
    SortedMap<String, Long> raised = new TreeMap<>(opsets);
    raised.put("", target);
    return raised;
  }

  /**
   * Runtimes take such initializers for constants, whatever the list of inputs says; from IR
   * version 4 on they would not.
   */
  private static Graph withoutInitializerInputs(Graph graph) {
    return new Graph(
        graph.name(),
        graph.nodes(),
        graph.initializers(),
        graph.requiredInputs(),
        graph.outputs(),
        graph.values(),
        graph.opaque());
  }

  private Function raise(Function function) {
    Long opset = function.opsets().get("");
    if (opset == null || opset >= target) return function;
    Set<String> read = new HashSet<>(function.outputs());
    function.nodes().forEach(node -> read.addAll(node.reads()));
    Facts facts = Facts.of(function.nodes());
    Site site = new Site(target, names, facts, read, onlyFloatType, false);
    List<Node> nodes = raise(function.nodes(), facts, site, opset);
    return new Function(
        function.domain(),
        function.name(),
        function.inputs(),
        function.outputs(),
        nodes,
        raised(function.opsets()),
        function.defaults(),
        function.opaque());
  }

  private Graph raise(Graph graph, @Nullable Facts around, long opset) {
    Set<String> read = new HashSet<>();
    graph.nodes().forEach(node -> read.addAll(node.reads()));
    for (ValueInfo output : graph.outputs()) read.add(output.name());
    Facts facts = Facts.of(around, graph);
    Site site = new Site(target, names, facts, read, onlyFloatType, true);
    List<Node> nodes = raise(graph.nodes(), facts, site, opset);
    Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
    initializers.putAll(site.initializers());
    return new Graph(
        graph.name(),
        nodes,
        initializers,
        graph.inputs(),
        graph.outputs(),
        graph.values(),
        graph.opaque());
  }

  private List<Node> raise(List<Node> nodes, Facts facts, Site site, long opset) {
    List<Node> raised = nodes.stream().map(node -> withRaisedBodies(node, facts, opset)).toList();
    for (long version = opset + 1; version <= target; version++) {
      List<Node> next = new ArrayList<>(raised.size());
      for (Node node : raised) {
        if (!node.domain().isEmpty()) {
          next.add(node);
          continue;
        }
        if (opset < Operators.OLDEST)
          throw new CannotRaiseException(node, "opset %d is older than 7".formatted(opset));
        List<Node> replacement = Operators.raise(node, version, site);
        next.addAll(site.takeConstantNodes());
        next.addAll(replacement);
      }
      raised = next;
    }
    return raised;
  }

  private Node withRaisedBodies(Node node, Facts facts, long opset) {
    if (node.bodies().isEmpty()) return node;
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.replaceAll(
        (name, attribute) ->
            switch (attribute) {
              case Attribute.OfGraph(Graph body) ->
                  new Attribute.OfGraph(raise(body, facts, opset));
              case Attribute.OfGraphs(List<Graph> bodies) ->
                  new Attribute.OfGraphs(
                      bodies.stream().map(body -> raise(body, facts, opset)).toList());
              case Attribute.OfInt _,
                  Attribute.OfFloat _,
                  Attribute.OfString _,
                  Attribute.OfTensor _,
                  Attribute.OfInts _,
                  Attribute.OfFloats _,
                  Attribute.OfStrings _,
                  Attribute.OfReference _,
                  Attribute.OfOpaque _ ->
                  attribute;
            });
    return node.withAttributes(attributes);
  }
}
