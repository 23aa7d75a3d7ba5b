package dev.halftone.toolkit;

import dev.halftone.graph.Model;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
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
  private static final Set<DType> STORED_WEIGHTS =
      Set.of(DType.INT8, DType.UINT8, DType.INT4, DType.UINT4);
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
   * @throws IllegalArgumentException if the request contradicts itself, or asks for calibration
   *     without data
   */
  static ResolvedRecipe resolve(RecipeRequest request, Model model, boolean samples) {
    RecipeResolver resolver = new RecipeResolver(request);
    Mode mode = resolver.mode(model, samples);
    Recipe recipe =
        switch (mode) {
          case STATIC -> resolver.staticRecipe();
          case DYNAMIC -> resolver.dynamicRecipe();
          case WEIGHTS -> resolver.weightsRecipe();
          case FP16 -> resolver.halfRecipe(mode, DType.FLOAT16);
          case BF16 -> resolver.halfRecipe(mode, DType.BFLOAT16);
        };
    return new ResolvedRecipe(request.name, recipe, resolver.target, resolver.notes);
  }

  private Mode mode(Model model, boolean samples) {
    if (request.mode == Mode.STATIC && !samples) {
      throw new IllegalArgumentException(
          "static mode calibrates on samples, and there are none (--data)");
    }
    if (request.mode != null) return request.mode;
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
    refuse(Mode.STATIC, request.matMulNBits, "--matmul-nbits");
    refuse(Mode.STATIC, request.keepIo, "--keep-io");
    DType weights = oneOf("weights", or(request.weights, DType.INT8), BYTE_WEIGHTS, Mode.STATIC);
    DType activations =
        oneOf(
            "activations", or(request.activations, target.activations()), ACTIVATIONS, Mode.STATIC);
    boolean wide = activations.bits() > 8;
    boolean operatorForm = or(request.operatorForm, false);
    if (operatorForm && wide)
      throw new IllegalArgumentException(
          "the QOperator format has no 16-bit activations; use --format qdq");
    return recipe(
        Mode.STATIC,
        weights,
        activations,
        tensorOrChannel(Mode.STATIC),
        or(request.symmetric, target.symmetricActivations()),
        or(request.symmetric, weights == DType.INT8),
        target.reduceRange() && !wide,
        operatorForm);
  }

  private Recipe dynamicRecipe() {
    refuse(Mode.DYNAMIC, request.matMulNBits, "--matmul-nbits");
    refuse(Mode.DYNAMIC, request.keepIo, "--keep-io");
    refuse(Mode.DYNAMIC, request.operatorForm, "--format");
    refuse(Mode.DYNAMIC, request.calibration, "--calibration");
    DType weights = oneOf("weights", or(request.weights, DType.INT8), BYTE_WEIGHTS, Mode.DYNAMIC);
    // DynamicQuantizeLinear gives uint8 and nothing else.
    DType activations =
        oneOf(
            "activations", or(request.activations, DType.UINT8), Set.of(DType.UINT8), Mode.DYNAMIC);
    boolean symmetricWeights = or(request.symmetric, weights == DType.INT8);
    return recipe(
        Mode.DYNAMIC,
        weights,
        activations,
        tensorOrChannel(Mode.DYNAMIC),
        false,
        symmetricWeights,
        target.reduceRange(),
        false);
  }

  private Recipe weightsRecipe() {
    refuse(Mode.WEIGHTS, request.activations, "--activations");
    refuse(Mode.WEIGHTS, request.keepIo, "--keep-io");
    refuse(Mode.WEIGHTS, request.operatorForm, "--format");
    refuse(Mode.WEIGHTS, request.calibration, "--calibration");
    DType weights = oneOf("weights", or(request.weights, DType.INT8), STORED_WEIGHTS, Mode.WEIGHTS);
    boolean blocks = weights.bits() < 8 || or(request.matMulNBits, false);
    Granularity granularity =
        or(
            request.granularity,
            blocks ? new Granularity.PerBlock(USUAL_BLOCK) : new Granularity.PerChannel());
    boolean signed = weights == DType.INT8 || weights == DType.INT4;
    return recipe(
        Mode.WEIGHTS,
        weights,
        DType.FLOAT32,
        granularity,
        false,
        or(request.symmetric, signed),
        false,
        false);
  }

  private Recipe halfRecipe(Mode mode, DType type) {
    refuse(mode, request.weights, "--weights");
    refuse(mode, request.activations, "--activations");
    refuse(mode, request.granularity, "--granularity");
    refuse(mode, request.symmetric == null ? null : "said", "--symmetric or --asymmetric");
    refuse(mode, request.calibration, "--calibration");
    refuse(mode, request.matMulNBits, "--matmul-nbits");
    refuse(mode, request.operatorForm, "--format");
    return recipe(
        mode,
        type,
        mode == Mode.FP16 ? type : DType.FLOAT32,
        new Granularity.PerTensor(),
        false,
        false,
        false,
        false);
  }

  private Granularity tensorOrChannel(Mode mode) {
    Granularity granularity = or(request.granularity, new Granularity.PerChannel());
    if (granularity instanceof Granularity.PerBlock) {
      throw new IllegalArgumentException(
          "blocks are for weights mode; %s mode takes tensor or channel".formatted(word(mode)));
    }
    return granularity;
  }

  private Recipe recipe(
      Mode mode,
      DType weights,
      DType activations,
      Granularity granularity,
      boolean symmetricActivations,
      boolean symmetricWeights,
      boolean reduceRange,
      boolean operatorForm) {
    return new Recipe(
        mode,
        weights,
        activations,
        granularity,
        symmetricActivations,
        symmetricWeights,
        reduceRange,
        operatorForm,
        or(request.matMulNBits, false),
        or(request.keepIo, false),
        or(request.calibration, Calibration.MSE),
        request.include,
        request.exclude,
        or(request.quantizeEverything, false));
  }

  private static <T> T or(@Nullable T wanted, T usual) {
    return Objects.requireNonNullElse(wanted, usual);
  }

  private static void refuse(Mode mode, @Nullable Object wanted, String flag) {
    if (wanted != null && !wanted.equals(false)) {
      throw new IllegalArgumentException(
          "%s has no meaning in %s mode".formatted(flag, word(mode)));
    }
  }

  private static DType oneOf(String what, DType wanted, Set<DType> allowed, Mode mode) {
    if (allowed.contains(wanted)) return wanted;
    String list =
        String.join(
            ", ",
            allowed.stream().map(type -> type.name().toLowerCase(Locale.ROOT)).sorted().toList());
    throw new IllegalArgumentException(
        "%s mode takes %s of type %s, not %s"
            .formatted(word(mode), what, list, wanted.name().toLowerCase(Locale.ROOT)));
  }

  private static String word(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
