package dev.halftone.evaluate;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes channels of zeros away, so that a value has the shape of its reference again. A model that
 * was padded for its processor gives {@code v_padded} in place of {@code v}, with more channels, of
 * which those that are new are 0. Here it gives {@code v}, stores that, and puts the zeros back
 * where a node reads them. Values of which this cannot be said for sure, and integers that are read
 * as they are, stay.
 */
final class Unpadding {
  /** The first operator set whose Slice and Pad both take numbers as inputs. */
  private static final long OPSET = 11;

  private static final String SUFFIX = "_padded";

  /** What keeps the channels of its first input. */
  private static final Set<String> PASSED =
      Set.of(
          "BatchNormalization",
          "Cast",
          "Clip",
          "DequantizeLinear",
          "Dropout",
          "HardSwish",
          "Identity",
          "LeakyRelu",
          "QuantizeLinear",
          "Relu");

  /** What makes weights of their integers, which are its first input. */
  private static final Set<String> DECODING = Set.of("Cast", "DequantizeLinear", "Mul");

  private final Graph graph;
  private final GraphIndex index;
  private final Graph reference;
  private final GraphIndex referenceIndex;
  private final GraphEditor editor;

  /** What readers of a value read in its place: its encoders, and all others. */
  private final Map<String, String> forEncoders = new HashMap<>();

  private final Map<String, String> forOthers = new HashMap<>();
  private final List<Node> added = new ArrayList<>();

  private Unpadding(Graph reference, Graph graph) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.reference = reference;
    this.referenceIndex = new GraphIndex(reference);
    this.editor = new GraphEditor(graph);
  }

  static Model of(Graph reference, Model model) {
    if (model.opset() < OPSET) return model;
    return model.withGraph(new Unpadding(reference, model.graph()).run());
  }

  private Graph run() {
    for (Node node : reference.nodes()) for (String value : node.outputs()) unpad(value);
    if (added.isEmpty()) return graph;
    for (Node node : graph.nodes()) {
      Map<String, String> renames = new HashMap<>(forOthers);
      if (isEncoder(node)) renames.putAll(forEncoders);
      renames.keySet().retainAll(Set.copyOf(node.reads()));
      if (!renames.isEmpty()) editor.replace(node, GraphEditor.renameReads(node, renames));
    }
    added.forEach(editor::add);
    return editor.toGraph();
  }

  private void unpad(String value) {
    String padded = value + SUFFIX;
    if (value.isEmpty() || index.producer(value) != null || index.producer(padded) == null) return;
    Tensor before = weight(reference, referenceIndex, value);
    Tensor after = weight(graph, index, padded);
    if (before == null || after == null || before.rank() != after.rank()) return;
    long channels = before.dimension(0);
    long zeros = after.dimension(0) - channels;
    if (before.rank() < 3 || zeros <= 0 || !isDecodedEverywhere(padded)) return;
    if (!editor.freshName(value).equals(value)) return;
    slice(padded, value, channels);
    forEncoders.put(padded, value);
    forOthers.put(padded, pad(value, zeros, before.rank()));
    for (String decoded : decoded(padded))
      forOthers.put(decoded, pad(decoded, zeros, before.rank()));
  }

  /** Whether nothing takes the value's integers but what decodes them. */
  private boolean isDecodedEverywhere(String padded) {
    if (index.isOutput(padded)) return false;
    for (Node reader : index.consumers(padded)) {
      if (!isEncoder(reader)) continue;
      String codes = reader.output(0);
      boolean decoded = index.consumers(codes).stream().allMatch(Unpadding::isDecoder);
      if (!decoded || index.isOutput(codes)) return false;
    }
    return true;
  }

  private List<String> decoded(String padded) {
    return index.consumers(padded).stream()
        .filter(Unpadding::isEncoder)
        .flatMap(encoder -> index.consumers(encoder.output(0)).stream())
        .map(decoder -> decoder.output(0))
        .toList();
  }

  /**
   * The weight of the convolution that says how many channels a value has: the nearest before it,
   * past what works value by value. Null if none is found.
   */
  private static @Nullable Tensor weight(Graph graph, GraphIndex index, String value) {
    Set<Node> passed = new HashSet<>();
    Node node = index.producer(value);
    while (node != null && passed.add(node)) {
      if (node.opType().equals("Conv")) return constant(graph, index, node.input(1));
      if (!PASSED.contains(node.opType())) return null;
      node = index.producer(node.input(0));
    }
    return null;
  }

  /** An initializer, or the integers that are decoded to it. */
  private static @Nullable Tensor constant(Graph graph, GraphIndex index, String name) {
    Node source = index.producer(name);
    Set<Node> passed = new HashSet<>();
    while (source != null && DECODING.contains(source.opType()) && passed.add(source)) {
      name = source.input(0);
      source = index.producer(name);
    }
    return graph.initializers().get(name);
  }

  private void slice(String padded, String value, long channels) {
    List<String> inputs = List.of(padded, longs(value, 0), longs(value, channels), longs(value, 1));
    added.add(Node.of(editor.freshName(value + "_Slice"), "Slice", inputs, List.of(value)));
  }

  /** The name of a value with its zeros. */
  private String pad(String value, long zeros, int rank) {
    long[] pads = new long[2 * rank];
    pads[rank + 1] = zeros;
    String result = editor.freshName(value + "_with_zeros");
    List<String> inputs = List.of(value, longs(value, pads));
    added.add(Node.of(editor.freshName(result + "_Pad"), "Pad", inputs, List.of(result)));
    return result;
  }

  private String longs(String value, long... numbers) {
    String name = editor.freshName(value + "_numbers");
    editor.addInitializer(name, Tensor.ofLongs(numbers, numbers.length));
    return name;
  }

  private static boolean isEncoder(Node node) {
    return node.opType().equals("QuantizeLinear");
  }

  private static boolean isDecoder(Node node) {
    return node.opType().equals("DequantizeLinear");
  }
}
