package dev.halftone.train.function;

import dev.halftone.graph.BadInputException;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.train.operator.Backward;
import dev.halftone.train.operator.Call;
import dev.halftone.train.operator.Operators;
import dev.halftone.train.operator.TorchOperator;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A model's graph as a function of named tensors through which gradients flow. Initializers are
 * copied once; those chosen as parameters are leaves that gather gradients. Shapes and indices are
 * computed as libtorch tensors of their own types. Not thread-safe; close it to free the copies.
 */
public final class TorchGraph implements AutoCloseable {
  /** Nodes in the way that a message names. */
  private static final int NAMED = 5;

  private final Graph graph;
  private final long opset;
  private final List<TorchOperator> operators = new ArrayList<>();

  /** For each node, the values that no later node reads. */
  private final List<List<String>> lastReads = new ArrayList<>();

  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();

  private TorchGraph(Model model) {
    this.graph = model.graph();
    this.opset = model.opset();
  }

  /**
   * Prepares a model whose functions are inlined.
   *
   * @param trained names of initializers that are parameters; all are of a floating-point type
   * @throws UnsupportedModelException if libtorch is not there, or operators cannot be trained: the
   *     message names the first of their nodes
   */
  public static TorchGraph of(Model model, Collection<String> trained) {
    refuseUnsupported(model);
    Libtorch.require();
    TorchGraph function = new TorchGraph(model);
    try {
      function.copyInitializers(new HashSet<>(trained));
      function.planReads();
      return function;
    } catch (RuntimeException | Error e) {
      function.close();
      throw e;
    }
  }

  /**
   * Whether every operator can be trained; libtorch is not touched.
   *
   * @throws UnsupportedModelException if not: the message names the first of their nodes
   */
  public static void refuseUnsupported(Model model) {
    List<String> refusals = Operators.refusals(model.graph(), model.opset());
    if (!refusals.isEmpty())
      throw new UnsupportedModelException(
          "training",
          (refusals.size() == 1 ? "a node is" : refusals.size() + " nodes are")
              + " in the way: "
              + listed(refusals));
  }

  private static String listed(List<String> refusals) {
    String first = String.join("; ", refusals.subList(0, Math.min(NAMED, refusals.size())));
    int more = refusals.size() - NAMED;
    return more > 0 ? "%s; and %d more".formatted(first, more) : first;
  }

  private void copyInitializers(Set<String> trained) {
    Set<String> read = new HashSet<>();
    graph.nodes().forEach(node -> read.addAll(node.inputs()));
    graph.outputs().forEach(output -> read.add(output.name()));
    graph
        .initializers()
        .forEach(
            (name, value) -> {
              if (!read.contains(name)) return;
              boolean trains = trained.contains(name);
              Tensor copy = kept(value, trains);
              (trains ? parameters : constants).put(name, copy);
            });
  }

  /** A copy that outlives the scopes that are open now. */
  private static Tensor kept(dev.halftone.tensor.Tensor value, boolean trains) {
    try (PointerScope temporaries = new PointerScope()) {
      Tensor copy = TorchTensors.of(value);
      if (trains) copy.set_requires_grad(true);
      copy.retainReference();
      return copy;
    }
  }

  private void planReads() {
    Map<String, Integer> last = new HashMap<>();
    List<Node> nodes = graph.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      operators.add(Objects.requireNonNull(Operators.of(nodes.get(i))));
      lastReads.add(new ArrayList<>());
      for (String input : nodes.get(i).inputs()) last.put(input, i);
      for (String output : nodes.get(i).outputs()) last.put(output, i);
    }
    last.forEach((name, node) -> lastReads.get(node).add(name));
  }

  /** The parameters by name, in the order of the graph; leaves whose elements may be changed. */
  public Map<String, Tensor> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /**
   * Computes values of the graph. What it gives, and what gradients need, is freed with the {@link
   * PointerScope} that the caller has open; everything else before it returns.
   *
   * @param inputs by name of the graph input
   * @param wanted names of outputs or inner values
   * @throws BadInputException if an input is missing
   * @throws UnsupportedModelException if libtorch fails at a node
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Collection<String> wanted) {
    return run(inputs, wanted, Map.of());
  }

  /**
   * As the other, but whoever reads one of {@code given} reads that in the place of what its node
   * computes. What is wanted is what nodes compute all the same.
   *
   * @param given by name of an inner value
   */
  public Map<String, Tensor> run(
      Map<String, Tensor> inputs, Collection<String> wanted, Map<String, Tensor> given) {
    PointerScope scope = PointerScope.getInnerScope();
    if (scope == null) throw new IllegalStateException("no PointerScope is open");
    try (Libtorch.Computation now = Libtorch.computing()) {
      return run(inputs, wanted, given, scope);
    }
  }

  private Map<String, Tensor> run(
      Map<String, Tensor> inputs,
      Collection<String> wanted,
      Map<String, Tensor> given,
      PointerScope scope) {
    Map<String, Tensor> values = new HashMap<>(constants);
    values.putAll(parameters);
    values.putAll(inputs);
    Set<String> kept = new HashSet<>(wanted);
    kept.addAll(values.keySet());
    kept.addAll(given.keySet());
    Map<String, Tensor> computed = new HashMap<>();
    Backward backward = new Backward(scope);
    for (int i = 0; i < operators.size(); i++) {
      compute(i, values, scope, backward);
      for (String name : graph.nodes().get(i).outputs()) {
        Tensor instead = given.get(name);
        if (instead != null)
          computed.put(name, Objects.requireNonNull(values.put(name, instead), name));
      }
      for (String name : lastReads.get(i)) {
        Tensor done = kept.contains(name) ? null : values.remove(name);
        if (done != null) done.deallocate();
      }
    }
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (String name : wanted) {
      Tensor own = computed.get(name);
      Tensor value = own == null ? values.get(name) : own;
      if (value == null) throw new IllegalArgumentException("the graph has no value " + name);
      results.put(name, value);
    }
    return results;
  }

  private void compute(
      int index, Map<String, Tensor> values, PointerScope scope, Backward backward) {
    Node node = graph.nodes().get(index);
    List<@Nullable Tensor> inputs = new ArrayList<>();
    for (String name : node.inputs()) {
      Tensor value = values.get(name);
      if (value == null && !name.isEmpty())
        throw new UnsupportedModelException(node, "value " + name + " is missing");
      inputs.add(value);
    }
    try (PointerScope temporaries = new PointerScope()) {
      List<Tensor> outputs = operators.get(index).apply(new Call(node, opset, inputs, backward));
      for (int i = 0; i < outputs.size(); i++) {
        if (node.output(i).isEmpty()) continue;
        scope.attach(outputs.get(i));
        values.put(node.output(i), outputs.get(i));
      }
    } catch (RuntimeException e) {
      if (e instanceof BadInputException) throw e;
      throw new UnsupportedModelException(node, firstLine(e));
    }
  }

  /** libtorch's reason without its stack. */
  private static String firstLine(RuntimeException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message.lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    constants.values().forEach(Tensor::deallocate);
    parameters.values().forEach(Tensor::deallocate);
    constants.clear();
    parameters.clear();
  }
}
