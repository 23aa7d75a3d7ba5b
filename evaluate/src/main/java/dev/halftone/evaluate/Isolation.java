package dev.halftone.evaluate;

import dev.halftone.evaluate.PaddedValues.Padded;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model of which every layer reads what its reference reads, so that nothing but its own error is
 * in what it gives.
 *
 * <p>A node that reads a value of the model that stands for a value {@code v} of the reference
 * reads an input of the graph in its place; where the value is integers, the input after a
 * QuantizeLinear of the same grid. The nodes that store {@code v} itself are left as they are: the
 * error of storing a value is that of the layer that gives it. Where the model has channels of
 * zeros that the reference does not have, the input is padded with them.
 */
final class Isolation {
  private final Counterparts counterparts;
  private final Map<String, DType> types;
  private final Model model;
  private final Map<String, Node> producers;

  /** Input of the graph to the value of the reference that it takes. */
  private final Map<String, String> inputs;

  private Isolation(
      Counterparts counterparts,
      Map<String, DType> types,
      Model model,
      Map<String, String> inputs) {
    this.counterparts = counterparts;
    this.types = types;
    this.model = model;
    this.inputs = inputs;
    this.producers = producers(model.graph());
  }

  /**
   * @param types of the counterparts, by the values of the reference that they stand for
   */
  static Isolation of(Counterparts counterparts, Map<String, DType> types) {
    return new Cut(counterparts, types).run();
  }

  private static Map<String, Node> producers(Graph graph) {
    Map<String, Node> producers = new HashMap<>();
    for (Node node : graph.nodes())
      for (String output : node.outputs()) producers.put(output, node);
    producers.remove("");
    return producers;
  }

  /**
   * The layers that give some values, and no others.
   *
   * @param model gives them as the counterparts are named, and takes {@code reads} and inputs of
   *     the whole model
   * @param reads input to the value of the reference that it takes
   */
  record Layers(Model model, Map<String, String> reads) {}

  /** The layers that give the counterparts of these values of the reference. */
  Layers layers(Collection<String> values) {
    Set<String> targets = new LinkedHashSet<>();
    for (String value : values) {
      String counterpart = counterparts.names().get(value);
      if (counterpart != null) targets.add(counterpart);
    }
    Set<String> reached = reached(targets);
    Map<String, String> reads = new LinkedHashMap<>();
    List<ValueInfo> taken = new ArrayList<>();
    for (ValueInfo input : model.graph().inputs())
      if (reached.contains(input.name())) taken.add(input);
    inputs.forEach(
        (input, value) -> {
          DType type = types.get(value);
          if (!reached.contains(input) || type == null) return;
          reads.put(input, value);
          taken.add(new ValueInfo(input, new TensorType(type, null)));
        });
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setInputs(taken);
    editor.setOutputs(targets.stream().map(target -> new ValueInfo(target, null)).toList());
    editor.prune();
    return new Layers(model.withGraph(editor.toGraph()), reads);
  }

  /** Names that the targets depend on. */
  private Set<String> reached(Set<String> targets) {
    Set<String> reached = new HashSet<>(targets);
    Deque<String> open = new ArrayDeque<>(targets);
    while (!open.isEmpty()) {
      Node producer = producers.get(open.pop());
      if (producer == null) continue;
      for (String read : producer.reads()) if (reached.add(read)) open.push(read);
    }
    return reached;
  }

  /** The change of every reader. */
  private static final class Cut {
    private final Counterparts counterparts;
    private final Map<String, DType> types;
    private final Graph graph;
    private final GraphEditor editor;
    private final Map<String, Node> producers;
    private final Map<String, String> inputs = new LinkedHashMap<>();

    /** Value of the model to the input that its readers read. */
    private final Map<String, String> floats = new HashMap<>();

    /** Value of the reference to what readers read in its place, and the other way. */
    private final Map<String, String> standIns = new HashMap<>();

    private final Map<String, String> valuesOfStandIns = new HashMap<>();

    /** Integers to the value of the reference that they store. */
    private final Map<String, String> codes = new HashMap<>();

    /** Counterparts that are slices, which slice what the model gives. */
    private final Set<String> slices = new HashSet<>();

    private final Map<String, String> quantizedInputs = new HashMap<>();

    Cut(Counterparts counterparts, Map<String, DType> types) {
      this.counterparts = counterparts;
      this.types = types;
      this.graph = counterparts.model().graph();
      this.editor = new GraphEditor(graph);
      this.producers = producers(graph);
    }

    Isolation run() {
      counterparts
          .names()
          .forEach(
              (value, counterpart) -> {
                if (types.containsKey(value)) standIn(value, counterpart);
              });
      standInsThroughCodes();
      for (Node node : graph.nodes()) cut(node);
      return new Isolation(
          counterparts, types, counterparts.model().withGraph(editor.toGraph()), inputs);
    }

    private void standIn(String value, String counterpart) {
      String input = editor.freshName(value + "_given");
      inputs.put(input, value);
      Padded padded = counterparts.padded().get(value);
      String standIn = padded == null ? input : pad(input, padded);
      String whole = counterparts.whole(value);
      if (padded != null) slices.add(counterpart);
      standIns.put(value, standIn);
      valuesOfStandIns.put(standIn, value);
      floats.put(whole, standIn);
      Node decoder = producers.get(whole);
      if (decoder == null || !Coding.isDecoder(decoder)) {
        if (producers.containsKey(value)) floats.putIfAbsent(value, standIn);
        return;
      }
      codes.put(decoder.input(0), value);
      Node encoder = producers.get(decoder.input(0));
      String given = encoder != null && Coding.isEncoder(encoder) ? encoder.input(0) : value;
      if (producers.containsKey(given)) floats.putIfAbsent(given, standIn);
    }

    private String pad(String input, Padded padded) {
      long[] pads = new long[2 * padded.rank()];
      pads[padded.rank() + 1] = padded.zeros();
      String numbers = editor.freshName(input + "_pads");
      editor.addInitializer(numbers, Tensor.ofLongs(pads, pads.length));
      String result = editor.freshName(input + "_with_zeros");
      editor.add(
          Node.of(
              editor.freshName(result + "_Pad"), "Pad", List.of(input, numbers), List.of(result)));
      return result;
    }

    /** A value may be decoded for each of its readers, and stored in more than one grid. */
    private void standInsThroughCodes() {
      for (Node node : graph.nodes()) {
        String standIn = Coding.isEncoder(node) ? floats.get(node.input(0)) : null;
        String value = standIn == null ? null : valuesOfStandIns.get(standIn);
        if (value != null) codes.putIfAbsent(node.output(0), value);
      }
      for (Node node : graph.nodes()) {
        String value = Coding.isDecoder(node) ? codes.get(node.input(0)) : null;
        String standIn = value == null ? null : standIns.get(value);
        if (standIn != null) floats.putIfAbsent(node.output(0), standIn);
      }
    }

    private void cut(Node node) {
      if (node.is("Slice") && slices.contains(node.output(0))) return;
      Map<String, String> renames = new HashMap<>();
      for (String read : node.reads()) {
        String given = given(node, read);
        if (given != null) renames.put(read, given);
      }
      if (!renames.isEmpty()) editor.replace(node, GraphEditor.renameReads(node, renames));
    }

    private @Nullable String given(Node reader, String read) {
      String input = floats.get(read);
      if (input != null)
        return Coding.isEncoder(reader) && reader.input(0).equals(read) ? null : input;
      String value = codes.get(read);
      return value == null || Coding.isDecoder(reader) ? null : quantized(read, value);
    }

    /** The integers of what the reference gives; null where their grid is not known. */
    private @Nullable String quantized(String stored, String value) {
      String known = quantizedInputs.get(stored);
      Node producer = producers.get(stored);
      Grid grid = producer == null ? null : Grid.of(producer, producers);
      String input = standIns.get(value);
      if (known != null || grid == null || input == null) return known;
      String result = editor.freshName(stored + "_given");
      editor.add(
          new Node(
              editor.freshName(result + "_QuantizeLinear"),
              Grid.domain(graph),
              "QuantizeLinear",
              List.of(input, grid.scale(), grid.zeroPoint()),
              List.of(result),
              Map.of(),
              Opaque.NONE));
      quantizedInputs.put(stored, result);
      return result;
    }
  }
}
