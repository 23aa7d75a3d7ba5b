package dev.halftone.train.fake;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.qdq.DecodedWeight;
import dev.halftone.quantize.qdq.StaticDraft;
import dev.halftone.scheme.Codes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.operator.FakeEncoding;
import dev.halftone.train.operator.FakeQuantization;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The graph of a quantized file with each pair of QuantizeLinear and DequantizeLinear as one
 * FakeQuantize, and with floats in front of another where the file has codes. Nothing else changes,
 * so that it computes what the file computes.
 */
final class TrainingGraph {
  private final StaticDraft draft;
  private final Graph file;
  private final GraphIndex index;
  private final GraphEditor editor;
  private final List<Grid> grids = new ArrayList<>();
  private final List<Decoded> decoded = new ArrayList<>();
  private final Set<String> scales = new LinkedHashSet<>();
  private final Map<String, String> zeroPoints = new LinkedHashMap<>();
  private final DroppedRectifiers dropped;
  private final Set<String> rectifying = new HashSet<>();
  private final Map<String, Offset> offsets = new LinkedHashMap<>();

  private TrainingGraph(StaticDraft draft) {
    this.draft = draft;
    this.file = draft.quantized().graph();
    this.index = new GraphIndex(file);
    this.editor = new GraphEditor(file);
    this.dropped = new DroppedRectifiers(draft);
  }

  /**
   * The graph with what is trained in it.
   *
   * @param grids the constants that are stored as codes beside a DequantizeLinear
   * @param decoded the others
   * @param scales all scales that can be learned, of activations and weights; those of biases
   *     follow from them
   * @param offsets the zero points that can be learned
   */
  record Built(
      Model model,
      List<Grid> grids,
      List<Decoded> decoded,
      List<String> scales,
      List<Offset> offsets) {}

  /**
   * A weight that the file decodes.
   *
   * @param value the float initializer of the training graph
   * @param scale its scales there
   */
  record Decoded(String value, String scale, DecodedWeight weight) {}

  static Built build(StaticDraft draft) {
    TrainingGraph builder = new TrainingGraph(draft);
    for (Node node : builder.file.nodes()) {
      if (node.opType().equals("QuantizeLinear")) builder.joinPair(node);
      else if (node.opType().equals("DequantizeLinear")) builder.restoreConstant(node);
    }
    draft.decoded().forEach(builder::restoreDecoded);
    builder.editor.prune();
    return new Built(
        draft.quantized().withGraph(builder.editor.toGraph()),
        builder.grids,
        builder.decoded,
        List.copyOf(builder.scales),
        builder.learnable());
  }

  /** Replaces the pair by one node. */
  private void joinPair(Node quantize) {
    List<String> inputs = List.of(quantize.input(0), quantize.input(1), floatZeroPoint(quantize));
    scales.add(quantize.input(1));
    Codes all = Codes.all(constant(quantize, 2).dtype());
    Codes used = all;
    for (Node reader : index.consumers(quantize.output(0))) {
      if (!reader.is("Clip")) {
        join(reader, inputs, all);
        continue;
      }
      Codes kept =
          new Codes((int) constant(reader, 1).longAt(0), (int) constant(reader, 2).longAt(0));
      for (Node dequantize : index.consumers(reader.output(0))) join(dequantize, inputs, kept);
      editor.remove(reader);
      used = kept;
    }
    editor.remove(quantize);
    addOffset(quantize, used);
  }

  /** Several pairs may share one; it can be learned where that changes none of their rectifiers. */
  private void addOffset(Node quantize, Codes codes) {
    String stored = quantize.input(2);
    if (dropped.areReplacedBy(quantize)) rectifying.add(stored);
    DType type = constant(quantize, 2).dtype();
    offsets.put(
        stored, new Offset(floatZeroPoint(quantize), quantize.input(1), stored, type, codes));
  }

  private List<Offset> learnable() {
    return offsets.values().stream()
        .filter(offset -> !rectifying.contains(offset.stored()))
        .toList();
  }

  private void join(Node dequantize, List<String> inputs, Codes codes) {
    editor.replace(
        dequantize,
        FakeQuantization.node(inputs, dequantize.output(0), 0, codes.low(), codes.high()));
  }

  /** Puts floats in front of a node that rounds them where the file has codes. */
  private void restoreConstant(Node dequantize) {
    Tensor codes = index.constant(dequantize.input(0));
    String original = draft.originals().get(dequantize.input(0));
    if (codes == null || original == null) return;
    Tensor floats =
        Objects.requireNonNull(draft.floats().graph().initializers().get(original))
            .reshape(codes.shape());
    boolean bias = codes.dtype() == DType.INT32;
    String value = editor.freshName(original + "_trained");
    editor.addInitializer(value, bias ? timesBeta(floats, dequantize) : floats);
    if (bias) restoreBias(dequantize, value);
    else restoreWeight(dequantize, value, codesOf(original));
  }

  private Codes codesOf(String original) {
    return Objects.requireNonNull(draft.grids().get(original), original);
  }

  private void restoreWeight(Node dequantize, String value, Codes all) {
    int axis = (int) dequantize.integer("axis", 1);
    String scale = dequantize.input(1);
    scales.add(scale);
    grids.add(
        new Grid(
            value,
            dequantize.input(0),
            scale,
            false,
            dequantize.input(2),
            axis,
            all.low(),
            all.high()));
    List<String> inputs = List.of(value, scale, floatZeroPoint(dequantize));
    editor.replace(
        dequantize,
        FakeQuantization.node(inputs, dequantize.output(0), axis, all.low(), all.high()));
  }

  /** Puts floats in front of a node that rounds them where the file decodes codes. */
  private void restoreDecoded(DecodedWeight weight) {
    Tensor floats =
        Objects.requireNonNull(draft.floats().graph().initializers().get(weight.name()));
    String value = editor.freshName(weight.name() + "_trained");
    editor.addInitializer(value, floats);
    String scale = editor.freshName(weight.name() + "_scale");
    editor.addInitializer(scale, weight.scales());
    scales.add(scale);
    decoded.add(new Decoded(value, scale, weight));
    editor.removeInitializer(weight.name());
    editor.add(
        FakeEncoding.node(
            List.of(value, scale),
            weight.name(),
            weight.request().format(),
            weight.request().layout()));
  }

  /** The scale of a bias is the product of two others, and goes with them. */
  private void restoreBias(Node dequantize, String value) {
    Node reader = reader(dequantize);
    String product = editor.freshName(value + "_scale");
    editor.add(
        Node.of(product, "Mul", List.of(scaleOf(reader, 0), scaleOf(reader, 1)), List.of(product)));
    String zero = editor.freshName(value + "_zero_point");
    editor.addInitializer(zero, zeros(Objects.requireNonNull(index.constant(dequantize.input(1)))));
    grids.add(
        new Grid(
            value,
            dequantize.input(0),
            dequantize.input(1),
            true,
            "",
            0,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE));
    editor.replace(
        dequantize,
        FakeQuantization.node(
            List.of(value, product, zero),
            dequantize.output(0),
            0,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE));
  }

  private static Tensor zeros(Tensor like) {
    return Tensor.ofFloats(new float[Math.toIntExact(like.count())], like.shape());
  }

  private Node reader(Node dequantize) {
    return index.consumers(dequantize.output(0)).getFirst();
  }

  private String scaleOf(Node linear, int input) {
    Node producer = index.producer(linear.input(input));
    if (producer == null || !producer.opType().equals("DequantizeLinear"))
      throw new UnsupportedModelException(linear, "input " + input + " is not dequantized");
    return producer.input(1);
  }

  /** Gemm's beta is part of a stored bias. */
  private Tensor timesBeta(Tensor floats, Node dequantize) {
    Node reader = new FloatNodes(draft.floats().graph()).of(reader(dequantize));
    float beta = reader != null && reader.is("Gemm") ? reader.real("beta", 1f) : 1f;
    if (beta == 1f) return floats;
    float[] values = floats.toFloats();
    for (int i = 0; i < values.length; i++) values[i] *= beta;
    return Tensor.ofFloats(values, floats.shape());
  }

  /** Zero points are floats here: libtorch knows no integers below 8 bits. */
  private String floatZeroPoint(Node linear) {
    String name = linear.input(2);
    String known = zeroPoints.get(name);
    if (known != null) return known;
    Tensor integers = constant(linear, 2);
    float[] values = new float[Math.toIntExact(integers.count())];
    for (int i = 0; i < values.length; i++) values[i] = integers.longAt(i);
    String floats = editor.freshName(name + "_float");
    editor.addInitializer(floats, Tensor.ofFloats(values, integers.shape()));
    zeroPoints.put(name, floats);
    return floats;
  }

  private Tensor constant(Node node, int input) {
    Tensor constant = index.constant(node.input(input));
    if (constant == null)
      throw new UnsupportedModelException(node, "input " + input + " is not a constant");
    return constant;
  }
}
