package dev.halftone.train.fake;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.codes.CodeFormat;
import dev.halftone.quantize.qdq.DecodedWeight;
import dev.halftone.quantize.qdq.DecodedWeights;
import dev.halftone.quantize.qdq.PairsAfterMoves;
import dev.halftone.quantize.qdq.StaticDraft;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.operator.FakeQuantization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A model that rounds as its file will round, with parameters in float. */
public final class FakeQuantized {
  private final StaticDraft draft;
  private final TrainingGraph.Built built;
  private final Set<String> weights;

  private FakeQuantized(StaticDraft draft, TrainingGraph.Built built) {
    this.draft = draft;
    this.built = built;
    this.weights = weights(built);
  }

  /** Of a draft. */
  public static FakeQuantized of(StaticDraft draft) {
    return new FakeQuantized(draft, TrainingGraph.build(draft));
  }

  /** The graph to train, with {@code dev.halftone.FakeQuantize} where the file rounds. */
  public Model model() {
    return built.model();
  }

  /** The float model. */
  public Model floats() {
    return draft.floats();
  }

  /** The initializer of {@link #floats} by the one of {@link #weights}, vectors left out. */
  public Map<String, String> originals() {
    Map<String, Tensor> initial = model().graph().initializers();
    Map<String, String> originals = new LinkedHashMap<>();
    for (String weight : weights)
      if (Objects.requireNonNull(initial.get(weight), weight).rank() > 1)
        originals.put(weight, weight);
    for (Grid grid : built.grids())
      originals.computeIfPresent(
          grid.value(), (value, same) -> draft.originals().getOrDefault(grid.codes(), same));
    for (TrainingGraph.Decoded decoded : built.decoded())
      originals.replace(decoded.value(), decoded.weight().name());
    return originals;
  }

  /** The float model with what was trained in the place of its weights; vectors stay. */
  public Model floats(Map<String, Tensor> parameters) {
    GraphEditor editor = new GraphEditor(floats().graph());
    originals()
        .forEach(
            (weight, original) -> {
              Tensor was = Objects.requireNonNull(editor.initializers().get(original), original);
              editor.replaceInitializer(
                  original, parameter(parameters, weight).reshape(was.shape()));
            });
    return floats().withGraph(editor.toGraph());
  }

  /** Initializers of {@link #model} that are weights and biases, rounded or not. */
  public Set<String> weights() {
    return weights;
  }

  /** Initializers of {@link #model} that are scales. */
  public List<String> scales() {
    return built.scales();
  }

  /**
   * A zero point that can be learned: an activation's, unless its lowest code does the work of a
   * rectifier.
   *
   * @param name of the initializer of {@link #model}, a float
   * @param scale of the initializer that it goes with
   * @param low the least code, which is the least that it can be
   * @param high the greatest code likewise
   */
  public record ZeroPoint(String name, String scale, long low, long high) {}

  /** The zero points of {@link #model} that can be learned. */
  public List<ZeroPoint> zeroPoints() {
    return built.offsets().stream()
        .map(
            offset ->
                new ZeroPoint(
                    offset.zeroPoint(),
                    offset.scale(),
                    offset.codes().low(),
                    offset.codes().high()))
        .toList();
  }

  /**
   * What is rounded with a scale.
   *
   * @param value what goes in: the name of a weight or of an inner value
   * @param scale name of the initializer
   * @param axis of the channels that have scales of their own; -1 where it is known that there are
   *     none
   * @param reach codes from the zero point to the furthest
   */
  public record Rounding(String value, String scale, int axis, double reach) {}

  /**
   * The first weight, with its format, that is rounded to numbers without a zero, if there is one.
   *
   * @param concerned which of {@link #weights} to look at
   */
  public Optional<String> withoutZero(Predicate<String> concerned) {
    return built.decoded().stream()
        .filter(decoded -> concerned.test(decoded.value()))
        .map(TrainingGraph.Decoded::weight)
        .filter(weight -> !hasZero(weight.request().format()))
        .map(weight -> "%s (%s)".formatted(weight.name(), weight.request().format().name()))
        .findFirst();
  }

  private static boolean hasZero(CodeFormat format) {
    return format.decode(format.middle(), 1, format.middle()) == 0;
  }

  /** Every place where values are rounded with a scale that can be learned. */
  public List<Rounding> roundings() {
    List<Rounding> roundings = new ArrayList<>();
    Graph graph = model().graph();
    built.decoded().forEach(decoded -> roundings.add(rounding(decoded)));
    for (Node node : graph.nodes()) {
      if (!FakeQuantization.is(node) || !scales().contains(node.input(1))) continue;
      double zeroPoint = Objects.requireNonNull(graph.initializers().get(node.input(2))).floatAt(0);
      double low = node.integer("low", 0) - zeroPoint;
      double high = node.integer("high", 0) - zeroPoint;
      roundings.add(
          new Rounding(
              node.input(0),
              node.input(1),
              (int) node.integer("axis", 0),
              Math.max(1, Math.max(-low, high))));
    }
    return roundings;
  }

  private static Rounding rounding(TrainingGraph.Decoded decoded) {
    DecodedWeight weight = decoded.weight();
    CodeFormat format = weight.request().format();
    double reach = Math.max(-format.bottom(1, format.middle()), format.top(1, format.middle()));
    return new Rounding(decoded.value(), decoded.scale(), weight.axis(), Math.max(1, reach));
  }

  private static Set<String> weights(TrainingGraph.Built built) {
    Graph graph = built.model().graph();
    GraphIndex index = new GraphIndex(graph);
    Set<String> weights = new LinkedHashSet<>();
    built.grids().forEach(grid -> weights.add(grid.value()));
    built.decoded().forEach(decoded -> weights.add(decoded.value()));
    for (Node node : graph.nodes()) {
      for (int input : trained(node)) {
        Tensor value = index.constant(node.input(input));
        if (value != null && value.dtype() == DType.FLOAT32) weights.add(node.input(input));
      }
    }
    return weights;
  }

  /** Inputs of an operator that were found by training; the others are part of what it computes. */
  private static List<Integer> trained(Node node) {
    return switch (node.domain() + node.opType()) {
      case "Conv",
          "ConvTranspose",
          "Gemm",
          "BatchNormalization",
          "InstanceNormalization",
          "LayerNormalization",
          "GroupNormalization" ->
          List.of(1, 2);
      case "PRelu", "RMSNormalization" -> List.of(1);
      case "MatMul" -> List.of(0, 1);
      case "LSTM", "GRU", "RNN" -> List.of(1, 2, 3);
      default -> List.of();
    };
  }

  /** The file's model before anything is trained. */
  public Model untrained() {
    Map<String, Tensor> initial = model().graph().initializers();
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (String name : weights)
      parameters.put(name, Objects.requireNonNull(initial.get(name), name));
    for (String name : scales())
      parameters.put(name, Objects.requireNonNull(initial.get(name), name));
    return export(parameters);
  }

  /**
   * The file's model with what was trained: scales as they are, zero points rounded to codes,
   * weights as codes at those scales, biases as 32-bit codes at the product of two. Behind what
   * only moves signed codes there is another pair of QuantizeLinear and DequantizeLinear, as {@link
   * PairsAfterMoves} says, which changes no value.
   *
   * @param parameters a value for each of {@link #weights} and {@link #scales}, in FLOAT32, and for
   *     those of {@link #zeroPoints} that shall not stay as they are
   */
  public Model export(Map<String, Tensor> parameters) {
    GraphEditor editor = new GraphEditor(draft.quantized().graph());
    Map<String, Tensor> initializers = draft.quantized().graph().initializers();
    for (String scale : scales())
      if (initializers.containsKey(scale))
        editor.replaceInitializer(scale, parameter(parameters, scale));
    for (Offset offset : built.offsets()) {
      Tensor zeroPoint = parameters.get(offset.zeroPoint());
      if (zeroPoint != null)
        editor.replaceInitializer(offset.stored(), RoundedCodes.of(offset, zeroPoint));
    }
    for (Grid grid : built.grids()) {
      Tensor scale =
          grid.ofProduct() ? biasScale(grid, parameters) : parameter(parameters, grid.scale());
      if (grid.ofProduct()) editor.replaceInitializer(grid.scale(), scale);
      DType type = Objects.requireNonNull(initializers.get(grid.codes())).dtype();
      Tensor zeroPoint = initializers.get(grid.zeroPoint());
      editor.replaceInitializer(
          grid.codes(),
          RoundedCodes.of(grid, parameter(parameters, grid.value()), scale, zeroPoint, type));
    }
    for (String weight : weights)
      if (initializers.containsKey(weight))
        editor.replaceInitializer(weight, parameter(parameters, weight));
    Map<String, Tensor> decodedScales = new LinkedHashMap<>();
    for (TrainingGraph.Decoded decoded : built.decoded()) {
      String weight = decoded.weight().name();
      editor.replaceInitializer(weight, parameter(parameters, decoded.value()));
      decodedScales.put(weight, parameter(parameters, decoded.scale()));
    }
    Model floats = draft.quantized().withGraph(editor.toGraph());
    Model stored = DecodedWeights.store(floats, draft.decoded(), decodedScales, 1).model();
    return PairsAfterMoves.in(stored);
  }

  private static Tensor parameter(Map<String, Tensor> parameters, String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** As the training graph multiplies them: in float, the one of the input being single. */
  private Tensor biasScale(Grid grid, Map<String, Tensor> parameters) {
    GraphIndex index = new GraphIndex(built.model().graph());
    Node rounding = index.consumers(grid.value()).getFirst();
    Node product = Objects.requireNonNull(index.producer(rounding.input(1)));
    float input = parameter(parameters, product.input(0)).floatAt(0);
    Tensor weight = parameter(parameters, product.input(1));
    float[] scales = weight.toFloats();
    for (int i = 0; i < scales.length; i++) scales[i] *= input;
    return Tensor.ofFloats(scales, weight.shape());
  }
}
