package dev.halftone.quantize.qdq;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.calibrate.observe.Channels;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Quantized;
import dev.halftone.plan.StoredWeight;
import dev.halftone.quantize.codes.Importance;
import dev.halftone.quantize.qoperator.DroppedClips;
import dev.halftone.quantize.qoperator.OperatorForm;
import dev.halftone.quantize.weights.InputChannels;
import dev.halftone.quantize.weights.RemainingWeights;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.Progress;
import dev.halftone.scheme.Codes;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Weights and activations as integers, the ranges of activations from calibration data. */
public final class StaticMode {
  private final Model model;
  private final Graph graph;
  private final GraphIndex index;
  private final Recipe recipe;

  private StaticMode(Model model, Recipe recipe) {
    this.model = model;
    this.graph = model.graph();
    this.index = new GraphIndex(graph);
    this.recipe = recipe;
  }

  /** As the other, statistics taken by a run of the model. */
  public static Quantized quantize(
      Model folded, Recipe recipe, DataSet data, int threads, Progress progress) {
    return quantize(folded, recipe, data, StatisticsSource.RUN, threads, progress);
  }

  /**
   * Quantizes a folded model. Where no operator can compute in integers, or none would be faster
   * so, weights alone are stored as integers and the plan has a warning with the reason.
   *
   * @throws dev.halftone.graph.MalformedModelException if a weight is NaN or infinite
   */
  public static Quantized quantize(
      Model folded,
      Recipe recipe,
      DataSet data,
      StatisticsSource source,
      int threads,
      Progress progress) {
    PreparedModel prepared = PreparedModel.of(PaddedChannels.in(folded, recipe, data), recipe);
    StaticMode mode = new StaticMode(prepared.model(), recipe);
    Placement placement = mode.place(data);
    if (placement.linear().isEmpty()) return mode.onlyStored(folded, placement, threads);
    Map<String, Statistics> observed =
        source.statistics(mode.model, mode.requests(placement), data, threads, progress);
    StaticDecisions decisions = mode.decide(placement, observed, threads);
    QdqGraph.Built built = QdqGraph.build(mode.graph, decisions, prepared.domain());
    Graph quantized = PaddedInputs.in(prepared.model(), built.graph(), recipe);
    Map<String, String> metadata =
        DroppedClips.record(prepared.model().metadata(), mode.graph, quantized);
    if (recipe.operatorForm()) quantized = OperatorForm.of(quantized, mode.everything()::allows);
    quantized =
        TiedTables.share(
            mode.graph, decisions, quantized, built.originals(), mode.everything()::allows);
    Plan plan = mode.plan(decisions, prepared, observed);
    Quantized rest =
        RemainingWeights.store(
            prepared.withDomains(quantized).withMetadata(metadata), recipe, threads);
    List<StoredWeight> weights = new ArrayList<>(StaticWeights.of(mode.graph, decisions));
    weights.addAll(rest.weights());
    Model complete = PairsAfterMoves.in(rest.model());
    return new Quantized(complete, plan.with(rest.plan().tensors()), weights);
  }

  /**
   * Quantizes a folded model into pairs of QuantizeLinear and DequantizeLinear that training can go
   * on from. Weights of recurrent operators, and in formats and blocks that integer operators do
   * not know those of all, are stored as codes and decoded when the model is loaded; what else no
   * operator computes in integers stays in float.
   *
   * @throws UnsupportedModelException if no operator can compute in integers
   * @throws dev.halftone.graph.MalformedModelException if a weight is NaN or infinite
   */
  public static StaticDraft draft(
      Model folded,
      Recipe recipe,
      DataSet data,
      StatisticsSource source,
      int threads,
      Progress progress) {
    PreparedModel prepared = PreparedModel.of(folded, recipe);
    StaticMode mode = new StaticMode(prepared.model(), recipe);
    Placement placement = mode.place(data);
    if (placement.linear().isEmpty())
      throw new UnsupportedModelException("model", mode.whyNot(placement));
    Map<String, Statistics> observed =
        source.statistics(mode.model, mode.requests(placement), data, threads, progress);
    StaticDecisions decisions = mode.decide(placement, observed, threads);
    QdqGraph.Built built = QdqGraph.build(mode.graph, decisions, prepared.domain());
    Map<String, String> metadata =
        DroppedClips.record(prepared.model().metadata(), mode.graph, built.graph());
    Model quantized = prepared.withDomains(built.graph()).withMetadata(metadata);
    List<DecodedWeight> decoded =
        DecodedWeights.find(quantized, mode.decoded(placement), recipe, threads);
    Map<String, Tensor> scales = new LinkedHashMap<>();
    for (DecodedWeight weight : decoded) scales.put(weight.name(), weight.scales());
    Plan written = DecodedWeights.store(quantized, decoded, scales, threads).plan();
    return new StaticDraft(
        prepared.model(),
        quantized,
        built.originals(),
        mode.grids(decisions),
        decoded,
        mode.plan(decisions, prepared, observed).with(written.tensors()));
  }

  /** Weights of linear operators that are decoded when the model is loaded, by name. */
  private Set<String> decoded(Placement placement) {
    return placement.linear().stream()
        .filter(node -> DecodedWeights.are(own(node)))
        .map(node -> node.input(1))
        .collect(Collectors.toSet());
  }

  /** The recipe that holds for a linear operator. */
  private Recipe own(Node linear) {
    long elements = Objects.requireNonNull(index.constant(linear.input(1))).count();
    return recipe.forNode(linear.label(), linear.opType(), elements);
  }

  /** The codes that each constant may be made of. */
  private Map<String, Codes> grids(StaticDecisions decisions) {
    Map<String, Codes> grids = new LinkedHashMap<>();
    decisions
        .constants()
        .keySet()
        .forEach(name -> grids.put(name, Codes.all(recipe.activations())));
    for (Node node : decisions.weights().keySet())
      grids.put(node.input(1), StoredIntegers.of(own(node).weights()).codes());
    return grids;
  }

  /** Every operator that the recipe lets be quantized. */
  private StaticSelection everything() {
    return new StaticSelection(recipe, model.opset(), Map.of());
  }

  private Placement place(DataSet data) {
    Placement widest = Placer.place(graph, everything());
    Map<String, String> tooSlow = LayerCost.slowInIntegers(model, widest, recipe, data);
    return Placer.place(graph, new StaticSelection(recipe, model.opset(), tooSlow));
  }

  private Plan plan(
      StaticDecisions decisions, PreparedModel prepared, Map<String, Statistics> observed) {
    List<String> warnings = new ArrayList<>(prepared.warnings());
    warnings.addAll(notFinite(observed));
    return StaticPlan.of(graph, decisions, recipe, warnings);
  }

  /**
   * Nothing computes in integers: weights are stored as such all the same, and the plan says why.
   */
  private Quantized onlyStored(Model folded, Placement placement, int threads) {
    Quantized stored = RemainingWeights.store(folded, recipe, threads);
    StaticDecisions none = new StaticDecisions(placement, Map.of(), Map.of(), Map.of());
    String why = "no operator computes in integers: " + whyNot(placement);
    Plan plan = StaticPlan.of(graph, none, recipe, List.of(why));
    return new Quantized(stored.model(), plan.with(stored.plan().tensors()), stored.weights());
  }

  private String whyNot(Placement placement) {
    for (Node node : graph.nodes()) {
      if (!node.bodies().isEmpty()) {
        return "what %s (%s) runs in its bodies is not calibrated; --mode dynamic reaches it"
            .formatted(node.label(), node.opType());
      }
    }
    for (Node node : graph.nodes()) {
      if (Treatment.of(node, true) == Treatment.LINEAR) {
        String reason = placement.reasons().getOrDefault(node, "");
        return "%s (%s): %s".formatted(node.label(), node.opType(), reason);
      }
    }
    return "the model has no convolution and no matrix product";
  }

  private static List<String> notFinite(Map<String, Statistics> observed) {
    List<String> warnings = new ArrayList<>();
    observed.entrySet().stream()
        .filter(entry -> entry.getValue().values().nan() + entry.getValue().values().infinite() > 0)
        .sorted(Map.Entry.comparingByKey())
        .limit(3)
        .forEach(
            entry ->
                warnings.add(
                    "value %s was NaN or infinite %d times in calibration; those were left out"
                        .formatted(
                            entry.getKey(),
                            entry.getValue().values().nan()
                                + entry.getValue().values().infinite())));
    return warnings;
  }

  /** What to observe: the values whose ranges are taken, constants left out. */
  private Map<String, Request> requests(Placement placement) {
    Map<String, Request> requests = new LinkedHashMap<>();
    for (String value : placement.pairs()) {
      String source = placement.rangeSource().getOrDefault(value, value);
      if (index.constant(source) == null) requests.put(source, Ranges.chooser(recipe).needs());
    }
    for (Node node : graph.nodes()) {
      if (!placement.linear().contains(node)) continue;
      InputChannels input = weighs(node) || pairsAreObserved() ? inputChannels(node) : null;
      if (input != null) requests.merge(input.value(), input.request(), Request::plus);
    }
    return requests;
  }

  /**
   * Whether codes are looked at channel by channel for {@link PairSums}: where values come out of
   * ONNX Runtime anyway. Where it gives extremes alone, its speed is what matters, and pairs are
   * bound by what 8 bits can hold.
   */
  private boolean pairsAreObserved() {
    return LinearQuantizer.boundsPairs(recipe) && Ranges.chooser(recipe).needs().histogram();
  }

  /** Whether errors of the node's weight count by what it is multiplied with. */
  private boolean weighs(Node linear) {
    return own(linear).search() instanceof ScaleSearch.WeightedError;
  }

  /** What the node's weight is multiplied with; null where that has no channels to be seen. */
  private @Nullable InputChannels inputChannels(Node linear) {
    Tensor weight = Objects.requireNonNull(index.constant(linear.input(1)));
    InputChannels input = InputChannels.of(linear, 1, weight);
    return input == null || index.constant(input.value()) != null ? null : input;
  }

  /** Between which codes the channels lie that the node's weight is multiplied with. */
  private ChannelCodes inputCodes(
      Node linear, QuantizationParameters parameters, Map<String, Statistics> observed) {
    InputChannels input = pairsAreObserved() ? inputChannels(linear) : null;
    if (input == null) return ChannelCodes.UNKNOWN;
    Channels seen = statistics(input.value(), observed).channels(input.axis());
    return ChannelCodes.of(seen, parameters);
  }

  /** How much errors of each weight count, over all nodes that read it. */
  private Map<String, Importance> importances(
      Placement placement, LinearQuantizer quantizer, Map<String, Statistics> observed) {
    Map<String, Channels> channels = new LinkedHashMap<>();
    Map<String, Importance> importances = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (!placement.linear().contains(node) || !weighs(node)) continue;
      InputChannels input = inputChannels(node);
      if (input == null) continue;
      String key = weightKey(node, quantizer.view(node));
      Channels all =
          channels.merge(
              key, statistics(input.value(), observed).channels(input.axis()), Channels::merge);
      Tensor weight = Objects.requireNonNull(index.constant(node.input(1)));
      importances.put(key, input.importance(all, weight));
    }
    return importances;
  }

  private StaticDecisions decide(
      Placement placement, Map<String, Statistics> observed, int threads) {
    Map<String, QuantizationParameters> activations = new LinkedHashMap<>();
    Map<String, QuantizedTensor> constants = new LinkedHashMap<>();
    for (String value : placement.pairs()) {
      String source = placement.rangeSource().getOrDefault(value, value);
      Tensor constant = index.constant(source);
      if (constant != null) {
        constants.put(source, Ranges.constant(constant, recipe));
      } else if (!activations.containsKey(source)) {
        activations.put(source, Ranges.activation(statistics(source, observed), recipe));
      }
    }
    return new StaticDecisions(
        placement, activations, constants, weights(placement, activations, observed, threads));
  }

  private static Statistics statistics(String value, Map<String, Statistics> observed) {
    Statistics statistics = observed.get(value);
    if (statistics == null)
      throw new UnsupportedModelException("value " + value, "it was not seen when the model ran");
    return statistics;
  }

  private Map<Node, LinearWeights> weights(
      Placement placement,
      Map<String, QuantizationParameters> activations,
      Map<String, Statistics> observed,
      int threads) {
    LinearQuantizer quantizer = new LinearQuantizer(index, recipe, threads);
    Map<String, Importance> importances = importances(placement, quantizer, observed);
    Map<String, double[]> least = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (!placement.linear().contains(node) || DecodedWeights.are(own(node))) continue;
      ChannelView view = quantizer.view(node);
      QuantizationParameters input = input(node, placement, activations);
      double[] own =
          quantizer.leastScales(node, view, input.scale(), inputCodes(node, input, observed));
      // A weight that several operators share is stored once: its scales must do for all of their
      // biases.
      least.merge(weightKey(node, view), own, StaticMode::larger);
    }
    Map<Node, LinearWeights> weights = new java.util.IdentityHashMap<>();
    Map<String, QuantizedTensor> stored = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (!placement.linear().contains(node) || DecodedWeights.are(own(node))) continue;
      ChannelView view = quantizer.view(node);
      String key = weightKey(node, view);
      QuantizedTensor weight =
          stored.computeIfAbsent(
              key,
              shared ->
                  quantizer.weight(
                      node,
                      view,
                      least.getOrDefault(key, new double[0]),
                      importances.getOrDefault(key, Importance.EQUAL)));
      float inputScale = input(node, placement, activations).scale();
      weights.put(node, new LinearWeights(weight, quantizer.bias(node, view, inputScale, weight)));
    }
    return weights;
  }

  private static String weightKey(Node node, ChannelView view) {
    return view.axis() + ":" + node.input(1);
  }

  private static double[] larger(double[] a, double[] b) {
    double[] larger = new double[a.length];
    for (int i = 0; i < a.length; i++) larger[i] = Math.max(a[i], b[i]);
    return larger;
  }

  private static QuantizationParameters input(
      Node node, Placement placement, Map<String, QuantizationParameters> activations) {
    String source = placement.rangeSource().getOrDefault(node.input(0), node.input(0));
    QuantizationParameters parameters = activations.get(source);
    if (parameters == null) throw new IllegalStateException("no parameters for " + source);
    return parameters;
  }
}
