package dev.halftone.quantize.qoperator;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.edit.GraphEditor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns QDQ form into QOperator form: {@code DequantizeLinear → Conv → QuantizeLinear} becomes
 * {@code QLinearConv}, and so on for every operator that has an integer form in the standard domain
 * or in {@code com.microsoft}. A group that has none stays as it is.
 */
public final class OperatorForm {
  private static final String MICROSOFT = "com.microsoft";

  /** Operators that move values: integers take the same way. */
  private static final Set<String> SHAPE_ONLY =
      Set.of(
          "Expand",
          "Flatten",
          "Gather",
          "GatherElements",
          "MaxPool",
          "Reshape",
          "Resize",
          "Slice",
          "Squeeze",
          "Tile",
          "Transpose",
          "Unsqueeze");

  private static final Map<String, Converter> CONVERTERS =
      Map.ofEntries(
          Map.entry("Add", OperatorForm::convertBinary),
          Map.entry("AveragePool", OperatorForm::convertUnary),
          Map.entry("Concat", OperatorForm::convertConcat),
          Map.entry("Conv", OperatorForm::convertConv),
          Map.entry("Gemm", OperatorForm::convertGemm),
          Map.entry("GlobalAveragePool", OperatorForm::convertUnary),
          Map.entry("LeakyRelu", OperatorForm::convertUnary),
          Map.entry("MatMul", OperatorForm::convertMatMul),
          Map.entry("Mul", OperatorForm::convertBinary),
          Map.entry("Sigmoid", OperatorForm::convertUnary),
          Map.entry("Where", OperatorForm::convertWhere));

  /** Converts a node of one kind if what is around it allows. */
  private interface Converter {
    void convert(OperatorForm form, Node node);
  }

  private final GraphIndex index;
  private final GraphEditor editor;

  /** Whether the recipe lets a node be merged into another. */
  private final Predicate<Node> allowed;

  private OperatorForm(Graph graph, Predicate<Node> allowed) {
    this.allowed = allowed;
    this.index = new GraphIndex(graph);
    this.editor = new GraphEditor(graph);
  }

  /**
   * The same computation in integer operators.
   *
   * @param allowed whether a Relu or Clip may go where saturation does its work
   */
  public static Graph of(Graph qdq, Predicate<Node> allowed) {
    OperatorForm form = new OperatorForm(qdq, allowed);
    for (Node node : qdq.nodes()) form.convert(node);
    form.editor.prune();
    return form.editor.toGraph();
  }

  private void convert(Node node) {
    if (!node.domain().isEmpty()) return;
    if (SHAPE_ONLY.contains(node.opType())) convertShapeOnly(node);
    Converter converter = CONVERTERS.get(node.opType());
    if (converter != null) converter.convert(this, node);
  }

  /** The float operators that have an integer form here. */
  static Set<String> operators() {
    Set<String> all = new TreeSet<>(CONVERTERS.keySet());
    all.addAll(SHAPE_ONLY);
    return all;
  }

  private void convertConv(Node node) {
    Quantized x = operand(node.input(0));
    Quantized w = operand(node.input(1));
    Result y = result(node.output(0));
    if (x == null || w == null || y == null) return;
    List<String> inputs = concat(x.triple(), w.triple(), List.of(y.scale(), y.zeroPoint()));
    if (!node.input(2).isEmpty()) {
      String bias = codes(node.input(2));
      if (bias == null) return;
      inputs.add(bias);
    }
    replace(node, y, "QLinearConv", "", inputs, node.attributes());
  }

  private void convertMatMul(Node node) {
    Quantized a = operand(node.input(0));
    Quantized b = operand(node.input(1));
    if (a == null || b == null) return;
    Result y = result(node.output(0));
    if (y != null) {
      List<String> inputs = concat(a.triple(), b.triple(), List.of(y.scale(), y.zeroPoint()));
      replace(node, y, "QLinearMatMul", "", inputs, Map.of());
    } else {
      List<String> inputs =
          List.of(a.codes(), b.codes(), a.scale(), b.scale(), a.zeroPoint(), b.zeroPoint());
      editor.replace(
          node, rename(node, "MatMulIntegerToFloat", MICROSOFT, inputs, node.outputs(), Map.of()));
    }
  }

  private void convertGemm(Node node) {
    Quantized a = operand(node.input(0));
    Quantized b = operand(node.input(1));
    if (a == null || b == null) return;
    String bias = node.input(2).isEmpty() ? "" : codes(node.input(2));
    if (bias == null) return;
    Map<String, Attribute> attributes = new java.util.LinkedHashMap<>(node.attributes());
    attributes.remove("beta");
    List<String> inputs = concat(a.triple(), b.triple(), List.of(bias));
    Result y = result(node.output(0));
    if (y != null) {
      inputs.add(y.scale());
      inputs.add(y.zeroPoint());
      replace(node, y, "QGemm", MICROSOFT, inputs, attributes);
    } else {
      editor.replace(node, rename(node, "QGemm", MICROSOFT, inputs, node.outputs(), attributes));
    }
  }

  private void convertBinary(Node node) {
    Quantized a = operand(node.input(0));
    Quantized b = operand(node.input(1));
    Result y = result(node.output(0));
    if (a == null || b == null || y == null) return;
    List<String> inputs = concat(a.triple(), b.triple(), List.of(y.scale(), y.zeroPoint()));
    replace(node, y, "QLinear" + node.opType(), MICROSOFT, inputs, Map.of());
  }

  private void convertConcat(Node node) {
    Result y = result(node.output(0));
    if (y == null) return;
    List<String> inputs = new ArrayList<>(List.of(y.scale(), y.zeroPoint()));
    for (String input : node.inputs()) {
      Quantized part = operand(input);
      if (part == null) return;
      inputs.addAll(part.triple());
    }
    replace(node, y, "QLinearConcat", MICROSOFT, inputs, node.attributes());
  }

  private void convertUnary(Node node) {
    Quantized x = operand(node.input(0));
    Result y = result(node.output(0));
    if (x == null || y == null) return;
    List<String> inputs = concat(x.triple(), List.of(y.scale(), y.zeroPoint()), List.of());
    replace(node, y, "QLinear" + node.opType(), MICROSOFT, inputs, node.attributes());
  }

  private void convertWhere(Node node) {
    Quantized a = operand(node.input(1));
    Quantized b = operand(node.input(2));
    Result y = result(node.output(0));
    if (a == null || b == null || y == null) return;
    List<String> inputs = new ArrayList<>(List.of(node.input(0)));
    inputs.addAll(concat(a.triple(), b.triple(), List.of(y.scale(), y.zeroPoint())));
    replace(node, y, "QLinearWhere", MICROSOFT, inputs, Map.of());
  }

  private void convertShapeOnly(Node node) {
    Quantized x = operand(node.input(0));
    Result y = result(node.output(0));
    boolean sameGrid =
        x != null
            && y != null
            && x.scale().equals(y.scale())
            && x.zeroPoint().equals(y.zeroPoint());
    if (x == null || y == null || !sameGrid) return;
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, x.codes());
    editor.remove(y.quantizer());
    if (y.rectifier() != null) editor.remove(y.rectifier());
    editor.replace(node, node.withInputs(inputs).withOutputs(List.of(y.codes())));
  }

  /** What a DequantizeLinear reads. */
  private record Quantized(String codes, String scale, String zeroPoint) {
    List<String> triple() {
      return List.of(codes, scale, zeroPoint);
    }
  }

  /**
   * The QuantizeLinear that alone reads an operator's output, directly or behind a rectifier that
   * it makes superfluous.
   */
  private record Result(Node quantizer, @Nullable Node rectifier) {
    String codes() {
      return quantizer.output(0);
    }

    String scale() {
      return quantizer.input(1);
    }

    String zeroPoint() {
      return quantizer.input(2);
    }
  }

  private @Nullable Quantized operand(String value) {
    Node producer = index.producer(value);
    if (producer == null
        || !producer.opType().equals("DequantizeLinear")
        || producer.inputs().size() < 3) return null;
    return new Quantized(producer.input(0), producer.input(1), producer.input(2));
  }

  /**
   * The integers of a bias, whose scale and zero point an integer operator does not read; null when
   * it has none.
   */
  private @Nullable String codes(String value) {
    Node producer = index.producer(value);
    return producer != null && producer.opType().equals("DequantizeLinear")
        ? producer.input(0)
        : null;
  }

  private @Nullable Result result(String value) {
    Node reader = index.onlyConsumer(value);
    if (reader == null) return null;
    if (reader.opType().equals("QuantizeLinear")) return new Result(reader, null);
    if (!Rectifiers.isRectifier(reader) || !allowed.test(reader)) return null;
    Node next = index.onlyConsumer(reader.output(0));
    boolean covered =
        next != null
            && next.opType().equals("QuantizeLinear")
            && Rectifiers.isCovered(reader, next, index);
    return next != null && covered ? new Result(next, reader) : null;
  }

  private void replace(
      Node node,
      Result y,
      String opType,
      String domain,
      List<String> inputs,
      Map<String, Attribute> attributes) {
    editor.remove(y.quantizer());
    if (y.rectifier() != null) editor.remove(y.rectifier());
    editor.replace(node, rename(node, opType, domain, inputs, List.of(y.codes()), attributes));
  }

  private static Node rename(
      Node node,
      String opType,
      String domain,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {
    return new Node(node.name(), domain, opType, inputs, outputs, attributes, Opaque.NONE);
  }

  private static List<String> concat(List<String> first, List<String> second, List<String> third) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    all.addAll(third);
    return all;
  }
}
