package dev.halftone.quantize.qdq;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Decides the {@link Placement}. Linear operators are quantized for their own sake; everything else
 * only where it lies between them, that is, where integers come in and a linear operator wants
 * integers out. What follows the last linear operator (softmax, box decoding, the concatenation of
 * boxes and scores) therefore stays in float.
 */
final class Placer {
  private final Graph graph;
  private final GraphIndex index;
  private final Selection selection;

  private final Set<Node> linear = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node> arithmetic = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node> shapeOnly = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Node> errorFunctionProducts =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Node, String> reasons = new IdentityHashMap<>();
  private final Sentinels sentinels;

  /**
   * Values that, through operators that can work on integers, reach a quantized linear operator.
   */
  private final Set<String> wanted = new HashSet<>();

  /** Values that an integer operator gives. */
  private final Set<String> integer = new HashSet<>();

  private final Set<String> pairs = new LinkedHashSet<>();
  private final Map<String, String> rangeSource = new LinkedHashMap<>();

  private Placer(Graph graph, Selection selection) {
    this.graph = graph;
    this.index = new GraphIndex(graph);
    this.sentinels = Sentinels.of(graph, index);
    this.selection = selection;
  }

  static Placement place(Graph graph, Selection selection) {
    Placer placer = new Placer(graph, selection);
    placer.findErrorFunctionProducts();
    placer.chooseLinear();
    placer.chooseOthersUntilStable();
    placer.placePairs();
    return placer.placement();
  }

  private Treatment treatment(Node node) {
    return Treatment.of(node, selection.eightBit());
  }

  private void chooseLinear() {
    for (Node node : graph.nodes()) {
      if (treatment(node) != Treatment.LINEAR) continue;
      String objection = selection.objection(node, index);
      if (objection.isEmpty()) linear.add(node);
      else reasons.put(node, objection);
    }
  }

  /**
   * What is wanted depends on who can take it, and that on what is wanted: refusals only add up, so
   * this ends.
   */
  private void chooseOthersUntilStable() {
    Set<Node> refused = Collections.newSetFromMap(new IdentityHashMap<>());
    int before;
    do {
      before = refused.size();
      findWanted(refused);
      chooseOthers(refused);
    } while (refused.size() > before);
  }

  private void findWanted(Set<Node> refused) {
    wanted.clear();
    for (Node node : graph.nodes().reversed()) {
      boolean wants =
          switch (treatment(node)) {
            case LINEAR -> linear.contains(node);
            case ARITHMETIC, SHAPE_ONLY, RECTIFIER ->
                !refused.contains(node) && node.outputs().stream().anyMatch(wanted::contains);
            case FLOAT -> false;
          };
      if (wants) wanted.addAll(Treatment.dataInputs(node));
    }
  }

  private void chooseOthers(Set<Node> refused) {
    integer.clear();
    arithmetic.clear();
    shapeOnly.clear();
    absorbed.clear();
    for (Node node : graph.nodes()) {
      switch (treatment(node)) {
        case LINEAR -> {
          boolean wantedOut = wanted.contains(node.output(0));
          if (linear.contains(node) && (node.is("Conv") || wantedOut))
            integer.addAll(node.outputs());
        }
        case ARITHMETIC -> chooseBetween(node, arithmetic, refused);
        case SHAPE_ONLY -> chooseBetween(node, shapeOnly, refused);
        case RECTIFIER -> {
          if (!selection.allows(node)) {
            refused.add(node);
            reasons.put(node, "excluded");
          } else if (isAbsorbed(node)) {
            absorbed.add(node);
            integer.addAll(node.outputs());
            reasons.remove(node);
          } else {
            reasons.put(node, "stays with the float operator before it");
          }
        }
        case FLOAT ->
            reasons.put(node, "ONNX Runtime's CPU has no integer kernel for " + node.opType());
      }
    }
  }

  private void chooseBetween(Node node, Set<Node> chosen, Set<Node> refused) {
    boolean integersIn = Treatment.dataInputs(node).stream().anyMatch(integer::contains);
    boolean wantedOut = node.outputs().stream().anyMatch(wanted::contains);
    String objection =
        !selection.allows(node)
            ? "excluded"
            : !integersIn
                ? "no integer operator comes before"
                : errorFunctionProducts.contains(node)
                    ? "part of an activation function that is computed in float"
                    : chosen == arithmetic && sentinels.isRead(node)
                        ? "an operand has a mask's value, out of proportion to all others"
                        : wantedOut ? "" : "no integer operator follows";
    if (objection.isEmpty()) {
      chosen.add(node);
      integer.addAll(node.outputs());
      reasons.remove(node);
    } else {
      refused.add(node);
      reasons.put(node, objection);
    }
  }

  /**
   * GELU and its like, spelled out: ONNX Runtime makes one float operator of them where nothing
   * stands between. Found in the order of the graph: chains may be longer than a stack is deep.
   */
  private void findErrorFunctionProducts() {
    for (Node node : graph.nodes()) {
      boolean product = node.is("Mul") || node.is("Add");
      if (product && node.inputs().stream().anyMatch(this::carriesErrorFunction))
        errorFunctionProducts.add(node);
    }
  }

  /** Whether the value is an error function's, or such a product with a constant. */
  private boolean carriesErrorFunction(String value) {
    Node producer = index.producer(value);
    if (producer == null) return false;
    if (producer.is("Erf") || producer.is("Tanh")) return true;
    return errorFunctionProducts.contains(producer)
        && producer.inputs().stream().anyMatch(operand -> index.constant(operand) != null);
  }

  /**
   * Whether the rectifier is the only reader of an integer operator's output and its range contains
   * 0.
   */
  private boolean isAbsorbed(Node rectifier) {
    String input = rectifier.input(0);
    if (!integer.contains(input) || index.onlyConsumer(input) != rectifier || selection.symmetric())
      return false;
    return rectifier.is("Relu") || clipHoldsZero(rectifier);
  }

  /**
   * A Clip whose bounds lie on one side of 0 would lose a bound: the range of a quantized value
   * always contains 0.
   */
  private boolean clipHoldsZero(Node clip) {
    if (!clip.attributes().isEmpty()) return clip.real("min", 0f) <= 0 && clip.real("max", 0f) >= 0;
    Tensor low = index.constant(clip.input(1));
    Tensor high = index.constant(clip.input(2));
    boolean lowKnown =
        clip.input(1).isEmpty() || (low != null && low.dtype().isFloat() && low.floatAt(0) <= 0);
    boolean highKnown =
        clip.input(2).isEmpty() || (high != null && high.dtype().isFloat() && high.floatAt(0) >= 0);
    return lowKnown && highKnown;
  }

  private void placePairs() {
    for (Node node : graph.nodes()) {
      if (linear.contains(node) || arithmetic.contains(node)) {
        Treatment.dataInputs(node).forEach(this::pair);
        if (integer.contains(node.output(0))) pair(rectified(node.output(0)));
      }
      if (arithmetic.contains(node) && node.is("Concat")) shareConcatenated(node);
      if (shapeOnly.contains(node)) {
        pair(node.input(0));
        String source = rangeSource.get(node.input(0));
        for (String output : node.outputs()) {
          if (output.isEmpty()) continue;
          pairs.add(output);
          rangeSource.put(output, source);
        }
      }
    }
  }

  private void pair(String value) {
    pairs.add(value);
    rangeSource.putIfAbsent(value, value);
  }

  /**
   * What is only concatenated takes the range of the whole at once: its own finer grid would be
   * rounded to the other's right after, and with equal grids the concatenation is a plain copy.
   */
  private void shareConcatenated(Node concat) {
    String whole = rectified(concat.output(0));
    for (String part : concat.inputs()) {
      boolean own = part.equals(rangeSource.get(part)) && integer.contains(part);
      if (own && index.onlyConsumer(part) == concat) rangeSource.put(part, whole);
    }
  }

  /** Follows shared ranges to the value that is observed. */
  private String observed(String value) {
    String source = value;
    for (String next = rangeSource.get(source); next != null && !next.equals(source); ) {
      source = next;
      next = rangeSource.get(source);
    }
    return source;
  }

  /**
   * The value behind the rectifier that is merged into the producer of {@code value}, or the value
   * itself.
   */
  private String rectified(String value) {
    String last = value;
    Node reader = index.onlyConsumer(last);
    while (reader != null && absorbed.contains(reader)) {
      last = reader.output(0);
      reader = index.onlyConsumer(last);
    }
    return last;
  }

  private Placement placement() {
    Set<String> floatProducers = new HashSet<>(pairs);
    floatProducers.removeAll(integer);
    Map<String, String> sources = new LinkedHashMap<>();
    for (String value : pairs) sources.put(value, observed(value));
    return new Placement(
        linear, arithmetic, shapeOnly, absorbed, pairs, sources, floatProducers, reasons);
  }

  /** What the recipe and the target leave to be quantized. */
  interface Selection {
    /** Why the linear operator stays in float, or an empty text when it is quantized. */
    String objection(Node node, GraphIndex index);

    /** Whether the recipe lets the node be touched. */
    boolean allows(Node node);

    boolean symmetric();

    boolean eightBit();
  }
}
