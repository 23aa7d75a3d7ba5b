package dev.halftone.quantize.qdq;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.qoperator.Rectifiers;
import dev.halftone.scheme.Codes;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the quantized graph. A value {@code v} is followed by QuantizeLinear giving {@code
 * v_quantized} and DequantizeLinear giving {@code v_dequantized}; its readers read the latter. A
 * graph output keeps its name: then the float value before it is renamed.
 */
final class QdqGraph {
  private final Graph graph;
  private final GraphIndex index;
  private final GraphEditor editor;
  private final StaticDecisions decisions;
  private final String domain;

  /** The name under which readers find the dequantized form of each value. */
  private final Map<String, String> dequantized = new HashMap<>();

  private final Map<String, String> renamedOutputs = new HashMap<>();
  private final Map<String, String> scaleNames = new HashMap<>();
  private final Map<String, String> zeroPointNames = new HashMap<>();
  private final Map<Integer, String> clipBounds = new HashMap<>();
  private final Map<WeightKey, String> dequantizedWeights = new HashMap<>();

  /** The constant of the float graph by the initializer of its codes. */
  private final Map<String, String> originals = new LinkedHashMap<>();

  /**
   * The new graph.
   *
   * @param originals the constant of the float graph by the initializer that holds its codes
   */
  record Built(Graph graph, Map<String, String> originals) {}

  /** A shared weight is stored once for each axis that it is quantized along. */
  private record WeightKey(String name, int axis) {}

  private QdqGraph(Graph graph, StaticDecisions decisions, String domain) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.editor = new GraphEditor(graph);
    this.decisions = decisions;
    this.domain = domain;
  }

  /**
   * The graph with the decisions applied.
   *
   * @param domain of QuantizeLinear and DequantizeLinear: the standard one, or {@code
   *     com.microsoft} where the model's operator set is too old for them
   */
  static Built build(Graph graph, StaticDecisions decisions, String domain) {
    QdqGraph builder = new QdqGraph(graph, decisions, domain);
    builder.dropRectifiers();
    builder.addPairs();
    builder.rewriteNodes();
    builder.editor.prune();
    return new Built(builder.editor.toGraph(), builder.originals);
  }

  /**
   * Leaves out the rectifiers whose work saturation does: the operator before gives their output
   * directly.
   */
  private void dropRectifiers() {
    for (Node node : graph.nodes()) {
      String output = node.output(0);
      if (!decisions.placement().absorbed().contains(node)) continue;
      QuantizationParameters parameters =
          decisions.activations().get(decisions.placement().rangeSource().get(output));
      if (parameters == null || !Rectifiers.isCovered(node, parameters, index)) continue;
      editor.remove(node);
      renamedOutputs.put(node.input(0), output);
    }
  }

  private void addPairs() {
    for (String value : decisions.placement().pairs()) {
      QuantizedTensor constant = decisions.constants().get(value);
      if (constant != null) dequantized.put(value, addConstant(value, constant));
      else addPair(value);
    }
  }

  private void addPair(String value) {
    Placement placement = decisions.placement();
    String source = value;
    String target = editor.freshName(value + "_dequantized");
    if (index.isOutput(value) && !placement.floatProducers().contains(value)) {
      source = editor.freshName(value + "_float");
      renamedOutputs.put(value, source);
      target = value;
    }
    if (wouldBeQuantized(value)) {
      String summed = editor.freshName(value + "_float");
      String name = editor.freshName(summed + "_Sum");
      editor.add(Node.of(name, "Sum", List.of(source), List.of(summed)));
      source = summed;
    }
    String root = placement.rangeSource().getOrDefault(value, value);
    QuantizationParameters parameters = decisions.activations().get(root);
    if (parameters == null) throw new IllegalStateException("no parameters for " + root);
    String scale =
        scaleNames.computeIfAbsent(
            root, name -> initializer(name + "_scale", Tensor.scalar(parameters.scale())));
    String zeroPoint =
        zeroPointNames.computeIfAbsent(
            root, name -> initializer(name + "_zero_point", QuantizedTensor.zeroPoint(parameters)));
    String codes = editor.freshName(value + "_quantized");
    editor.add(linearNode("QuantizeLinear", List.of(source, scale, zeroPoint), codes, Map.of()));
    String kept = parameters.type().bits() < 8 ? clip(codes, parameters.type()) : codes;
    editor.add(linearNode("DequantizeLinear", List.of(kept, scale, zeroPoint), target, Map.of()));
    dequantized.put(value, target);
  }

  /** Cuts codes to those of a type narrower than the one that holds them. */
  private String clip(String codes, DType type) {
    Codes all = Codes.all(type);
    String low =
        clipBounds.computeIfAbsent(
            all.low(), code -> initializer("lowest_code", QuantizedTensor.code(code, type)));
    String high =
        clipBounds.computeIfAbsent(
            all.high(), code -> initializer("highest_code", QuantizedTensor.code(code, type)));
    String clipped = editor.freshName(codes + "_clipped");
    String name = editor.freshName(clipped + "_Clip");
    editor.add(Node.of(name, "Clip", List.of(codes, low, high), List.of(clipped)));
    return clipped;
  }

  /**
   * Whether the value is that of a float operator that ONNX Runtime would turn into an integer one,
   * were a QuantizeLinear to follow it, directly or behind rectifiers and moves of values: by
   * itself where all that it reads is dequantized, or with its weights, which get one scale for all
   * channels (weight_bias_quantization, 1.29). A Sum of one value between them prevents it.
   */
  private boolean wouldBeQuantized(String value) {
    Placement placement = decisions.placement();
    Node producer = index.producer(value);
    while (producer != null
        && (placement.absorbed().contains(producer)
            || (!computesInIntegers(producer) && passesOn(producer))))
      producer = index.producer(producer.input(0));
    if (producer == null || computesInIntegers(producer)) return false;
    boolean hasWeights = producer.is("Conv") || producer.is("ConvTranspose") || producer.is("Gemm");
    boolean decoded = placement.isInteger(producer);
    return (hasWeights || Treatment.hasIntegerKernel(producer))
        && Treatment.dataInputs(producer).stream()
            .allMatch(
                input ->
                    placement.pairs().contains(input)
                        && (decoded || !placement.floatProducers().contains(input)));
  }

  /** Whether all that the node reads is integers, weights that are decoded not being such. */
  private boolean computesInIntegers(Node node) {
    Placement placement = decisions.placement();
    return placement.isInteger(node)
        && (!placement.linear().contains(node) || decisions.weights().containsKey(node));
  }

  /** Whether ONNX Runtime moves a QuantizeLinear from behind the node to before it. */
  private static boolean passesOn(Node node) {
    return Rectifiers.isRectifier(node) || Treatment.of(node, true) == Treatment.SHAPE_ONLY;
  }

  private String initializer(String wish, Tensor value) {
    String name = editor.freshName(wish);
    editor.addInitializer(name, value);
    return name;
  }

  /** Stores the integers and returns the name of their float form. */
  private String addConstant(String name, QuantizedTensor constant) {
    String codes = initializer(name + "_quantized", constant.codes());
    originals.put(codes, name);
    String scale = initializer(name + "_scale", constant.scale());
    List<String> inputs = new ArrayList<>(List.of(codes, scale));
    // A bias has none: 0 is the default, and an integer for each channel is much beside its own.
    if (constant.codes().dtype() != DType.INT32)
      inputs.add(initializer(name + "_zero_point", constant.zeroPoint()));
    String target = editor.freshName(name + "_dequantized");
    Map<String, Attribute> axis =
        constant.perChannel() ? Map.of("axis", new Attribute.OfInt(constant.axis())) : Map.of();
    editor.add(linearNode("DequantizeLinear", inputs, target, axis));
    return target;
  }

  private Node linearNode(
      String opType, List<String> inputs, String output, Map<String, Attribute> attributes) {
    String name = editor.freshName(output + "_" + opType);
    return new Node(name, domain, opType, inputs, List.of(output), attributes, Opaque.NONE);
  }

  private void rewriteNodes() {
    Placement placement = decisions.placement();
    for (Node node : graph.nodes()) {
      if (renamedOutputs.containsKey(node.input(0))
          && decisions.placement().absorbed().contains(node)) continue;
      Map<String, String> reads = new LinkedHashMap<>();
      for (String read : node.reads()) {
        String to = dequantized.get(read);
        boolean asInteger = placement.isInteger(node) && Treatment.dataInputs(node).contains(read);
        boolean noFloat =
            !placement.floatProducers().contains(read) && decisions.constants().get(read) == null;
        if (to != null && (asInteger || noFloat)) reads.put(read, to);
      }
      Node rewritten = GraphEditor.renameReads(node, reads);
      LinearWeights weights = decisions.weights().get(node);
      if (weights != null) rewritten = withWeights(rewritten, node, weights);
      rewritten = rewritten.withOutputs(node.outputs().stream().map(this::finalName).toList());
      editor.replace(node, rewritten);
    }
  }

  /**
   * What the value is called in the new graph: the name behind a dropped rectifier, and that of a
   * graph output moved aside.
   */
  private String finalName(String value) {
    String name = value;
    for (String next = value; next != null; next = renamedOutputs.get(name)) name = next;
    return name;
  }

  private Node withWeights(Node node, Node original, LinearWeights weights) {
    List<String> inputs = new ArrayList<>(node.inputs());
    String weight = original.input(1);
    WeightKey key = new WeightKey(weight, weights.weight().axis());
    inputs.set(
        1,
        dequantizedWeights.computeIfAbsent(key, shared -> addConstant(weight, weights.weight())));
    Node rewritten = node;
    if (weights.bias() != null) {
      inputs.set(2, addConstant(original.input(2), weights.bias()));
      // Gemm's beta is part of the stored bias.
      if (node.is("Gemm")) rewritten = node.withAttribute("beta", new Attribute.OfFloat(1f));
    }
    return rewritten.withInputs(inputs);
  }
}
