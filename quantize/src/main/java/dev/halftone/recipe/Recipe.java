package dev.halftone.recipe;

import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What was asked for, fully resolved: no value is left to be guessed later.
 *
 * @param weights number format of quantized weights
 * @param activations element type of quantized activations: UINT8, INT8, UINT16, INT16; UINT4 and
 *     INT4 too where they are trained for
 * @param symmetricActivations whether activations have their zero point in the middle of the type
 * @param symmetricWeights whether weights do
 * @param range codes that integer weights use; in static mode the usual one is restricted, and a
 *     reduced one restricted to what sums of two products in 16 bits allow each channel
 * @param operatorForm QOperator (QLinear*) in place of QDQ pairs
 * @param matMulNBits weights mode: com.microsoft MatMulNBits nodes in place of standard blocked
 *     DequantizeLinear
 * @param keepIo fp16/bf16: graph inputs and outputs keep their types
 * @param include patterns of node names to quantize ({@code *} and {@code ?}); empty means all
 * @param exclude patterns of node names to leave as they are; wins over include
 * @param quantizeEverything quantize operators too that ONNX Runtime's CPU never fuses or that are
 *     slower quantized
 * @param search how scales of weights are chosen, in static and weights mode
 * @param scales what they are stored as, in weights mode
 * @param rules what some nodes have differently; the last that matches wins, setting by setting
 * @param processor static mode: whose speeds decide what stays in float
 */
public record Recipe(
    Mode mode,
    WeightFormat weights,
    DType activations,
    Granularity granularity,
    boolean symmetricActivations,
    boolean symmetricWeights,
    CodeRange range,
    boolean operatorForm,
    boolean matMulNBits,
    boolean keepIo,
    Calibration calibration,
    List<String> include,
    List<String> exclude,
    boolean quantizeEverything,
    ScaleSearch search,
    ScaleStorage scales,
    List<Rule> rules,
    Processor processor) {
  private static final List<String> EVERYTHING = List.of("*");

  public Recipe {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    rules = List.copyOf(rules);
  }

  /** With scales that cover the whole range of the weights, stored as floats. */
  public Recipe(
      Mode mode,
      DType weights,
      DType activations,
      Granularity granularity,
      boolean symmetricActivations,
      boolean symmetricWeights,
      boolean reduceRange,
      boolean operatorForm,
      boolean matMulNBits,
      boolean keepIo,
      Calibration calibration,
      List<String> include,
      List<String> exclude,
      boolean quantizeEverything) {
    this(
        mode,
        new WeightFormat.Element(weights),
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        reduceRange,
        operatorForm,
        matMulNBits,
        keepIo,
        calibration,
        include,
        exclude,
        quantizeEverything,
        new ScaleSearch.AbsMax(),
        new ScaleStorage.Float32());
  }

  /** Without rules, for processors with VNNI. */
  public Recipe(
      Mode mode,
      WeightFormat weights,
      DType activations,
      Granularity granularity,
      boolean symmetricActivations,
      boolean symmetricWeights,
      boolean reduceRange,
      boolean operatorForm,
      boolean matMulNBits,
      boolean keepIo,
      Calibration calibration,
      List<String> include,
      List<String> exclude,
      boolean quantizeEverything,
      ScaleSearch search,
      ScaleStorage scales) {
    this(
        mode,
        weights,
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        reduceRange ? CodeRange.REDUCED : CodeRange.USUAL,
        operatorForm,
        matMulNBits,
        keepIo,
        calibration,
        include,
        exclude,
        quantizeEverything,
        search,
        scales,
        List.of(),
        Processor.X86_VNNI);
  }

  /**
   * The element type of weights.
   *
   * @throws IllegalStateException if they are of a format that is none; static and dynamic mode
   *     have no such recipes
   */
  public DType weightType() {
    if (weights instanceof WeightFormat.Element(DType type)) return type;
    throw new IllegalStateException(weights.name() + " is not an element type");
  }

  /**
   * Whether 8-bit weights are kept so small that sums of two products fit 16 bits, for CPUs that
   * saturate there.
   */
  public boolean reduceRange() {
    return range == CodeRange.REDUCED;
  }

  /** Whether errors of some weights count by their inputs, which takes samples to see. */
  public boolean weighsErrors() {
    return Stream.concat(Stream.of(search), rules.stream().map(rule -> rule.settings().search()))
        .anyMatch(ScaleSearch.WeightedError.class::isInstance);
  }

  /** The same with other codes used. */
  public Recipe withRange(CodeRange wanted) {
    return with(
        weights, granularity, symmetricWeights, wanted, exclude, search, scales, rules, processor);
  }

  /** The same with scales of weights found and stored in another way. */
  public Recipe withScales(ScaleSearch wanted, ScaleStorage storage) {
    return with(
        weights, granularity, symmetricWeights, range, exclude, wanted, storage, rules, processor);
  }

  /** The same with weights of another format. */
  public Recipe withWeights(WeightFormat wanted) {
    return with(
        wanted, granularity, symmetricWeights, range, exclude, search, scales, rules, processor);
  }

  /** The same with scales shared by blocks, symmetric or not, over all codes. */
  public Recipe withBlocks(Granularity.PerBlock blocks, boolean symmetric) {
    return with(
        weights, blocks, symmetric, CodeRange.USUAL, exclude, search, scales, rules, processor);
  }

  /** The same with other rules. */
  public Recipe withRules(List<Rule> wanted) {
    return with(
        weights, granularity, symmetricWeights, range, exclude, search, scales, wanted, processor);
  }

  /** The same for another processor. */
  public Recipe withProcessor(Processor wanted) {
    return with(
        weights, granularity, symmetricWeights, range, exclude, search, scales, rules, wanted);
  }

  /**
   * The recipe that holds for one node, which has no rules left: the settings of the rules that
   * match it, the last one winning, over those of this recipe. A node that a rule keeps has a
   * recipe that excludes everything.
   *
   * @param elements of the weight that the node reads, 0 when it has none
   */
  public Recipe forNode(String label, String opType, long elements) {
    if (rules.isEmpty()) return this;
    RuleSettings settings = RuleSettings.NONE;
    for (Rule rule : rules)
      if (rule.matcher().matches(label, opType, elements))
        settings = rule.settings().over(settings);
    return with(settings);
  }

  /** Whether the node is to be quantized, by rules, include and exclude. */
  public boolean selects(String label, String opType, long elements) {
    Recipe own = forNode(label, opType, elements);
    return NamePattern.selects(own.include, own.exclude, label);
  }

  private Recipe with(RuleSettings settings) {
    return with(
        Objects.requireNonNullElse(settings.weights(), weights),
        Objects.requireNonNullElse(settings.granularity(), granularity),
        Objects.requireNonNullElse(settings.symmetric(), symmetricWeights),
        Objects.requireNonNullElse(settings.range(), range),
        Boolean.TRUE.equals(settings.keepFloat()) ? EVERYTHING : exclude,
        Objects.requireNonNullElse(settings.search(), search),
        scales,
        List.of(),
        processor);
  }

  /** The same but for what is named. */
  private Recipe with(
      WeightFormat weights,
      Granularity granularity,
      boolean symmetricWeights,
      CodeRange range,
      List<String> exclude,
      ScaleSearch search,
      ScaleStorage scales,
      List<Rule> rules,
      Processor processor) {
    return new Recipe(
        mode,
        weights,
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        range,
        operatorForm,
        matMulNBits,
        keepIo,
        calibration,
        include,
        exclude,
        quantizeEverything,
        search,
        scales,
        rules,
        processor);
  }
}
