package dev.halftone.toolkit;

import dev.halftone.graph.Model;
import dev.halftone.number.BlockFormat;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fills in what a request leaves open, and refuses what does not go together. */
final class RecipeResolver {
  private static final int USUAL_BLOCK = 32;
  private static final Set<DType> BYTE_WEIGHTS = Set.of(DType.INT8, DType.UINT8);
  private static final Set<DType> ACTIVATIONS =
      Set.of(DType.INT8, DType.UINT8, DType.INT16, DType.UINT16);

  private final RecipeRequest request;
  private final Target target;
  private final List<String> notes = new ArrayList<>();

  private RecipeResolver(RecipeRequest request) {
    this.request = request;
    this.target = Target.named(request.target == null ? "auto" : request.target);
  }

  /**
   * The recipe for the model.
   *
   * @param samples whether there is data to calibrate on
   * @throws dev.halftone.graph.MalformedDataException if the recipe's file contradicts itself or
   *     the mode, naming its line
   * @throws IllegalArgumentException if the request does, or asks for calibration without data
   */
  static ResolvedRecipe resolve(RecipeRequest request, Model model, boolean samples) {
    RecipeResolver resolver = new RecipeResolver(request);
    Mode mode = resolver.mode(model, samples);
    if (mode == Mode.STATIC) resolver.noteRectifiers(model);
    try {
      return resolver.resolved(resolver.recipe(mode), samples);
    } catch (ContradictionException e) {
      if (request.origin != null) request.origin.check(mode);
      throw e;
    }
  }

  /** The mode that a request says or implies, or null if model and data decide. */
  static @Nullable Mode mode(RecipeRequest request) {
    if (request.mode != null) return request.mode;
    return request.weights == null || isByte(request.weights) ? null : Mode.WEIGHTS;
  }

  /**
   * The recipe of a request that says its mode, which is all that a model and data would be asked
   * for.
   *
   * @throws IllegalArgumentException if the request contradicts itself
   */
  static ResolvedRecipe withoutModel(RecipeRequest request) {
    RecipeResolver resolver = new RecipeResolver(request);
    return resolver.resolved(resolver.recipe(Objects.requireNonNull(request.mode)), true);
  }

  /**
   * The recipe for matrices that no model surrounds: they can be stored, and nothing else.
   *
   * @throws IllegalArgumentException if another mode is asked for
   */
  static ResolvedRecipe forMatrices(RecipeRequest request) {
    if (request.mode != Mode.WEIGHTS)
      throw new IllegalArgumentException(
          "matrices without a model have their weights quantized and nothing else");
    RecipeResolver resolver = new RecipeResolver(request);
    if (!request.rules.isEmpty())
      throw new IllegalArgumentException("rules are about nodes, and matrices have none");
    if (request.weights instanceof WeightFormat.Codebook(int bits, CodebookSharing sharing)
        && sharing instanceof CodebookSharing.Shared)
      throw new IllegalArgumentException(
          "matrices without a model are stored one by one; use codebook:%d, which each has for itself"
              .formatted(bits));
    if (request.search instanceof ScaleSearch.WeightedError)
      throw new IllegalArgumentException(
          "search weighted-mse weighs errors by activations, and matrices without a model have"
              + " none");
    return resolver.resolved(resolver.weightsRecipe(), false);
  }

  private Recipe recipe(Mode mode) {
    return switch (mode) {
      case STATIC -> staticRecipe();
      case DYNAMIC -> dynamicRecipe();
      case WEIGHTS -> weightsRecipe();
      case FP16 -> halfRecipe(mode, DType.FLOAT16);
      case BF16 -> halfRecipe(mode, DType.BFLOAT16);
    };
  }

  private ResolvedRecipe resolved(Recipe plain, boolean samples) {
    for (PlacedRule rule : request.rules) rule.check(plain.mode());
    Recipe recipe = plain.withRules(request.rules.stream().map(PlacedRule::rule).toList());
    if (recipe.weighsErrors() && !samples)
      throw new IllegalArgumentException(
          "search weighted-mse weighs errors by the activations of samples, and there are none"
              + " (--data)");
    return new ResolvedRecipe(request.name, recipe, target, notes);
  }

  private Mode mode(Model model, boolean samples) {
    if (request.mode == Mode.STATIC && !samples) {
      throw new IllegalArgumentException(
          "static mode calibrates on samples, and there are none (--data)");
    }
    Mode said = mode(request);
    if (said != null && request.mode == null && request.weights != null)
      notes.add("weights mode, since only there weights are " + request.weights.name());
    if (said != null) return said;
    if (samples) return Mode.STATIC;
    WeightShare share = WeightShare.of(model);
    boolean dynamic = share.matMul() > share.convolution();
    notes.add(
        "%s mode, since there is no data to calibrate on and %s"
            .formatted(
                dynamic ? "dynamic" : "weights",
                dynamic
                    ? "matrix products and recurrent cells hold more of the weights than"
                        + " convolutions"
                    : "convolutions hold at least as much of the weights as matrix products"));
    return dynamic ? Mode.DYNAMIC : Mode.WEIGHTS;
  }

  private Recipe staticRecipe() {
    refuse(Mode.STATIC, request.matMulNBits, "matmul-nbits");
    refuse(Mode.STATIC, request.keepIo, "keep-io");
    refuse(Mode.STATIC, request.scales, "scales");
    checkSearch(true);
    if (Boolean.FALSE.equals(request.symmetricWeights))
      throw new ContradictionException(
          "weights are symmetric in static mode; asymmetric ones are for weights and dynamic mode",
          "true in static mode",
          "symmetric-weights");
    DType weights = byteWeights(Mode.STATIC);
    DType activations =
        oneOf(
            "activations", or(request.activations, target.activations()), ACTIVATIONS, Mode.STATIC);
    boolean wide = activations.bits() > 8;
    boolean operatorForm = or(request.operatorForm, false);
    if (operatorForm && wide)
      throw new ContradictionException(
          "the QOperator format has no 16-bit activations; use --format qdq",
          "qdq with 16-bit activations",
          "format",
          "activations");
    return recipe(
            Mode.STATIC,
            weights,
            activations,
            tensorOrChannel(Mode.STATIC),
            or(symmetricActivations(), target.symmetricActivations()),
            true,
            range(new WeightFormat.Element(weights), true, target.reduceRange() && !wide),
            operatorForm)
        .withProcessor(or(request.processor, target.processor()));
  }

  private void noteRectifiers(Model model) {
    if (target.symmetricActivations() || !or(symmetricActivations(), false)) return;
    if (model.graph().nodes().stream().noneMatch(node -> node.is("Relu") || node.is("Clip")))
      return;
    notes.add(
        "symmetric activations keep Relu and Clip as operators of their own, which costs time;"
            + " asymmetric ones would merge them into the operator before");
  }

  private Recipe dynamicRecipe() {
    refuse(Mode.DYNAMIC, request.matMulNBits, "matmul-nbits");
    refuse(Mode.DYNAMIC, request.keepIo, "keep-io");
    refuse(Mode.DYNAMIC, request.search, "search");
    refuse(Mode.DYNAMIC, request.scales, "scales");
    refuse(Mode.DYNAMIC, request.operatorForm, "format");
    refuse(Mode.DYNAMIC, request.calibration, "calibration");
    refuse(Mode.DYNAMIC, request.symmetricActivations, "symmetric-activations");
    refuse(Mode.DYNAMIC, request.processor, "processor");
    DType weights = byteWeights(Mode.DYNAMIC);
    // DynamicQuantizeLinear gives uint8 and nothing else.
    DType activations =
        oneOf(
            "activations", or(request.activations, DType.UINT8), Set.of(DType.UINT8), Mode.DYNAMIC);
    boolean symmetricWeights = or(symmetricWeights(), weights == DType.INT8);
    return recipe(
        Mode.DYNAMIC,
        weights,
        activations,
        tensorOrChannel(Mode.DYNAMIC),
        false,
        symmetricWeights,
        range(new WeightFormat.Element(weights), symmetricWeights, target.reduceRange()),
        false);
  }

  private Recipe weightsRecipe() {
    refuse(Mode.WEIGHTS, request.activations, "activations");
    refuse(Mode.WEIGHTS, request.keepIo, "keep-io");
    refuse(Mode.WEIGHTS, request.operatorForm, "format");
    refuse(Mode.WEIGHTS, request.calibration, "calibration");
    refuse(Mode.WEIGHTS, request.symmetricActivations, "symmetric-activations");
    refuse(Mode.WEIGHTS, request.processor, "processor");
    WeightFormat weights = or(request.weights, new WeightFormat.Element(DType.INT8));
    if (weights instanceof WeightFormat.Element(DType type) && type.isFloat())
      throw new ContradictionException(
          "weights mode takes no " + weights.name(), "fp16 or bf16 as the mode", "weights");
    boolean element = weights instanceof WeightFormat.Element;
    if (!element) refuseForDecoded(weights);
    boolean blocks = weights.bits() < 8 || or(request.matMulNBits, false);
    Granularity granularity =
        or(
            request.granularity,
            blocks ? new Granularity.PerBlock(USUAL_BLOCK) : new Granularity.PerChannel());
    boolean symmetric = or(symmetricWeights(), !weights.name().startsWith("u"));
    checkSearch(symmetric);
    refuseTilesByMatMulNBits(request.granularity);
    for (PlacedRule rule : request.rules)
      refuseTilesByMatMulNBits(rule.rule().settings().granularity());
    return recipe(
        Mode.WEIGHTS,
        weights,
        DType.FLOAT32,
        weights instanceof WeightFormat.Blocks(BlockFormat format) && !isTile(granularity)
            ? new Granularity.PerBlock(format.length())
            : granularity,
        false,
        symmetric,
        range(weights, symmetric, false),
        false);
  }

  private void refuseTilesByMatMulNBits(@Nullable Granularity granularity) {
    if (or(request.matMulNBits, false) && granularity != null && isTile(granularity))
      throw new ContradictionException(
          "MatMulNBits has blocks along one axis, and %s has two; leave --matmul-nbits out or use block:N"
              .formatted(granularity.text()),
          "false, since %s has blocks of two axes".formatted(granularity.text()),
          "matmul-nbits");
  }

  private static boolean isTile(@Nullable Granularity granularity) {
    return granularity instanceof Granularity.PerTile;
  }

  /** What has no meaning for numbers that are decoded when the model is loaded. */
  private void refuseForDecoded(WeightFormat weights) {
    refuse("for " + weights.name() + " weights", request.matMulNBits, "matmul-nbits");
    if (weights instanceof WeightFormat.Blocks) {
      if (request.granularity != null && !isTile(request.granularity))
        throw new ContradictionException(
            "%s has its own blocks; --granularity may be block:RxC and nothing else"
                .formatted(weights.name()),
            "block:RxC or no such key for %s, which has its own blocks".formatted(weights.name()),
            "granularity");
      refuse("for " + weights.name() + ", which has its own scales", request.scales, "scales");
    }
    if (weights.isGrouped() && request.granularity instanceof Granularity.PerTensor)
      throw new ContradictionException(
          "%s needs --granularity channel or blocks, not tensor".formatted(weights.name()),
          "channel or blocks for %s".formatted(weights.name()),
          "granularity");
    if (!isInteger(weights) && Boolean.FALSE.equals(symmetricWeights())) {
      throw new ContradictionException(
          "%s is symmetric by nature; --asymmetric is for integers".formatted(weights.name()),
          "true for %s, which is symmetric by nature".formatted(weights.name()),
          "symmetric-weights",
          "symmetric");
    }
  }

  /** One or two bits cover a range badly: their scales are those of least error. */
  private ScaleSearch usualSearch(WeightFormat weights) {
    boolean coarse = !(weights instanceof WeightFormat.Element) && weights.bits() <= 2;
    return coarse ? new ScaleSearch.SquaredError() : new ScaleSearch.AbsMax();
  }

  private Recipe halfRecipe(Mode mode, DType type) {
    refuse(mode, request.weights, "weights");
    refuse(mode, request.activations, "activations");
    refuse(mode, request.granularity, "granularity");
    refuse(mode, request.reduceRange, "reduce-range");
    refuse(mode, request.restrictedRange == null ? null : "said", "restricted-range");
    refuse(mode, request.processor, "processor");
    refuse(mode, request.symmetric == null ? null : "said", "symmetric");
    refuse(mode, request.symmetricWeights, "symmetric-weights");
    refuse(mode, request.symmetricActivations, "symmetric-activations");
    refuse(mode, request.calibration, "calibration");
    refuse(mode, request.matMulNBits, "matmul-nbits");
    refuse(mode, request.search, "search");
    refuse(mode, request.scales, "scales");
    refuse(mode, request.operatorForm, "format");
    return recipe(
        mode,
        type,
        mode == Mode.FP16 ? type : DType.FLOAT32,
        new Granularity.PerTensor(),
        false,
        false,
        CodeRange.USUAL,
        false);
  }

  private Granularity tensorOrChannel(Mode mode) {
    Granularity granularity = or(request.granularity, new Granularity.PerChannel());
    if (granularity.isBlocked()) {
      throw new ContradictionException(
          "blocks are for weights mode; %s mode takes tensor or channel".formatted(word(mode)),
          "tensor or channel in %s mode".formatted(word(mode)),
          "granularity");
    }
    return granularity;
  }

  static boolean isByte(WeightFormat weights) {
    return weights instanceof WeightFormat.Element(DType type) && BYTE_WEIGHTS.contains(type);
  }

  private DType byteWeights(Mode mode) {
    WeightFormat weights = or(request.weights, new WeightFormat.Element(DType.INT8));
    if (weights instanceof WeightFormat.Element(DType type) && BYTE_WEIGHTS.contains(type))
      return type;
    throw new ContradictionException(
        "%s mode takes weights of type int8, uint8, not %s".formatted(word(mode), weights.name()),
        "int8 or uint8 in %s mode".formatted(word(mode)),
        "weights");
  }

  private Recipe recipe(
      Mode mode,
      DType weights,
      DType activations,
      Granularity granularity,
      boolean symmetricActivations,
      boolean symmetricWeights,
      CodeRange range,
      boolean operatorForm) {
    return recipe(
        mode,
        new WeightFormat.Element(weights),
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        range,
        operatorForm);
  }

  private Recipe recipe(
      Mode mode,
      WeightFormat weights,
      DType activations,
      Granularity granularity,
      boolean symmetricActivations,
      boolean symmetricWeights,
      CodeRange range,
      boolean operatorForm) {
    return new Recipe(
            mode,
            weights,
            activations,
            granularity,
            symmetricActivations,
            symmetricWeights,
            false,
            operatorForm,
            or(request.matMulNBits, false),
            or(request.keepIo, false),
            or(request.calibration, Calibration.MSE),
            request.include,
            request.exclude,
            or(request.quantizeEverything, false),
            or(request.search, usualSearch(weights)),
            or(request.scales, new ScaleStorage.Float32()))
        .withRange(range);
  }

  /**
   * The codes that weights use.
   *
   * @param reduced whether the target wants 7 bits
   */
  private CodeRange range(WeightFormat weights, boolean symmetric, boolean reduced) {
    if (Boolean.TRUE.equals(request.reduceRange) && !isByte(weights))
      throw new ContradictionException(
          "a reduced range is for integer weights of 8 bits, not for " + weights.name(),
          "no such key for weights that are not int8 or uint8",
          "reduce-range");
    if (request.restrictedRange == null)
      return or(request.reduceRange, reduced) ? CodeRange.REDUCED : CodeRange.USUAL;
    String word = request.restrictedRange ? "a restricted range" : "a full range";
    if (Boolean.TRUE.equals(request.reduceRange))
      throw new ContradictionException(
          "a reduced range and " + word + " exclude each other",
          "no such key beside reduce-range",
          "restricted-range");
    if (!symmetric || !isInteger(weights))
      throw new ContradictionException(
          "%s is for symmetric integer weights, not for %s%s"
              .formatted(word, symmetric ? "" : "asymmetric ", weights.name()),
          "no such key for weights that are not symmetric integers",
          "restricted-range");
    return request.restrictedRange ? CodeRange.RESTRICTED : CodeRange.FULL;
  }

  /** Whether weights are integers that may be laid over more or fewer of their codes. */
  static boolean isInteger(WeightFormat weights) {
    return weights instanceof WeightFormat.Element
        || weights instanceof WeightFormat.Numbers(NumberFormat format)
            && format instanceof IntegerFormat
            && !format.equals(IntegerFormat.TERNARY);
  }

  private void checkSearch(boolean symmetric) {
    if (symmetric && request.search != null && request.search.needsZeroPoint()) {
      throw new ContradictionException(
          "search %s chooses zero points, and these weights are symmetric; use --asymmetric in"
                  .formatted(request.search)
              + " weights mode",
          "a search that chooses no zero points, or asymmetric weights in weights mode",
          "search");
    }
  }

  private @Nullable Boolean symmetricWeights() {
    return request.symmetricWeights == null ? request.symmetric : request.symmetricWeights;
  }

  private @Nullable Boolean symmetricActivations() {
    return request.symmetricActivations == null ? request.symmetric : request.symmetricActivations;
  }

  private static <T> T or(@Nullable T wanted, T usual) {
    return Objects.requireNonNullElse(wanted, usual);
  }

  private static void refuse(Mode mode, @Nullable Object wanted, String key) {
    refuse("in " + word(mode) + " mode", wanted, key);
  }

  private static void refuse(String where, @Nullable Object wanted, String key) {
    if (wanted == null || wanted.equals(false)) return;
    throw new ContradictionException(
        "%s has no meaning %s".formatted(asOption(key), where), "no such key " + where, key);
  }

  private static String asOption(String key) {
    return switch (key) {
      case "symmetric" -> "--symmetric or --asymmetric";
      case "reduce-range" -> "a reduced range";
      case "restricted-range" -> "a restricted or full range";
      case "symmetric-weights", "symmetric-activations", "processor" -> key;
      default -> "--" + key;
    };
  }

  private static DType oneOf(String what, DType wanted, Set<DType> allowed, Mode mode) {
    if (allowed.contains(wanted)) return wanted;
    String list =
        String.join(
            ", ",
            allowed.stream().map(type -> type.name().toLowerCase(Locale.ROOT)).sorted().toList());
    throw new ContradictionException(
        "%s mode takes %s of type %s, not %s"
            .formatted(word(mode), what, list, wanted.name().toLowerCase(Locale.ROOT)),
        "%s in %s mode".formatted(list, word(mode)),
        what);
  }

  private static String word(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
