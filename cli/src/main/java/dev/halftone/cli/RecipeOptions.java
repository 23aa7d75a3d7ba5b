package dev.halftone.cli;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.CodeRange;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.toolkit.RecipeRequest;
import dev.halftone.toolkit.RecipeWords;
import dev.halftone.toolkit.packed.PackedScheme;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked of a quantization, as far as it is said. */
final class RecipeOptions {
  @Option(
      names = "--recipe",
      paramLabel = "RECIPE",
      description =
          "Start from a built-in recipe ('halftone recipes' lists them) or a file NAME.yaml; the"
              + " options below win over it.")
  private @Nullable String recipe;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = Words.ModeWord.class,
      description =
          "static, dynamic, weights, fp16 or bf16; default: static with --data, else dynamic where"
              + " matrix products and recurrent cells hold more of the weights than convolutions,"
              + " else weights. Of safetensors to int8 or fp8-e4m3: weights (default) or dynamic.")
  private @Nullable Mode mode;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      converter = Words.FormatWord.class,
      description = "Static mode: qdq (default) or qoperator.")
  private Words.@Nullable Format format;

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      description =
          "int8 (default) or uint8; in weights mode any number format too: int2 to int7, int16,"
              + " uint2, uint4, uint16, fp8-e4m3, fp8-e5m2, fp6-e2m3, fp6-e3m2, fp4-e2m1, nf4, fp4,"
              + " log2 to log8, log4h (half octaves), codebook:2 to codebook:8 (fitted to each"
              + " weight; with :group:N to each N output channels, with :shared to all weights),"
              + " ternary, binary, mxfp8-e4m3, mxfp4, mxint8, nvfp4 and their kind. Of a GGUF model"
              + " what llama.cpp calls a file type: Q4_K_M (default), Q8_0, Q6_K, IQ4_XS and so"
              + " on. Of a folder or .safetensors file those too, or int4, int8 or fp8-e4m3 for"
              + " safetensors that vLLM reads.")
  private @Nullable String weights;

  @Option(
      names = "--activations",
      paramLabel = "TYPE",
      converter = Words.ActivationWord.class,
      description =
          "Static mode: uint8, int8, uint16 or int16; default: what the target runs fast.")
  private @Nullable DType activations;

  @Option(
      names = "--granularity",
      paramLabel = "G",
      converter = Words.GranularityWord.class,
      description =
          "Which weights share a scale: tensor, channel, block:N, or block:RxC (R output channels"
              + " by C inputs); default: channel, block:32 for fewer than 8 bits and with"
              + " --matmul-nbits.")
  private @Nullable Granularity granularity;

  @Option(
      names = "--symmetric",
      description = "Zero points in the middle of the type, of activations and weights.")
  private boolean symmetric;

  @Option(
      names = "--asymmetric",
      description =
          "Zero points where the range wants them, of activations and weights; default: activations"
              + " asymmetric, signed weights symmetric.")
  private boolean asymmetric;

  @Option(
      names = "--restricted-range",
      description =
          "Symmetric integer weights leave out the lowest code: -127 to 127, -7 to 7; static mode"
              + " does so anyway.")
  private boolean restrictedRange;

  @Option(
      names = "--full-range",
      description =
          "Symmetric integer weights use the lowest code, with scales as small as it allows: -128"
              + " to 127; default: 8 bits over -127 to 127, fewer bits over all.")
  private boolean fullRange;

  @Option(
      names = "--reduce-range",
      description =
          "8-bit weights so small that sums of two products fit 16 bits; static mode chooses how"
              + " small channel by channel. Default: where the target's CPU saturates such sums.")
  private boolean reduceRange;

  @Option(
      names = "--no-reduce-range",
      description = "8-bit weights use all their codes, whatever the target does with their sums.")
  private boolean noReduceRange;

  @Option(
      names = "--calibration",
      paramLabel = "METHOD",
      converter = Words.CalibrationWord.class,
      description =
          "Static mode: mse (default), minmax, moving-average, percentile[:P] (P: 99.99), entropy,"
              + " lp[:P] (2.4), tf-enhanced or sigma[:K] (4).")
  private @Nullable Calibration calibration;

  @Option(
      names = "--search",
      paramLabel = "METHOD",
      converter = Words.SearchWord.class,
      description =
          "Static and weights mode, how scales of weights are chosen: absmax (default: the whole"
              + " range), mse (default for levels of 1 and 2 bits), weighted-mse (by the inputs"
              + " seen on --data), lp[:P] (P: 2.4), percentile:P, or hqq for asymmetric weights.")
  private @Nullable ScaleSearch search;

  @Option(
      names = "--scales",
      paramLabel = "TYPE",
      converter = Words.StorageWord.class,
      description =
          "Weights mode, what scales are stored as: float32 (default), fp16, bf16, fp8 (E4M3, one"
              + " float for all), e8m0 (or pow2-round), pow2-ceil, pow2-floor, or double (8 bits, a"
              + " float for each 256).")
  private @Nullable ScaleStorage scales;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      split = ",",
      description = "Quantize only nodes whose names match (* and ?); may be repeated.")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      split = ",",
      description =
          "Leave nodes whose names match as they are; wins over --include; may be repeated.")
  private List<String> exclude = List.of();

  @Option(
      names = "--target",
      paramLabel = "PROFILE",
      description =
          "Hardware that the model is for ('halftone targets' lists them); default: auto, this"
              + " machine.")
  private @Nullable String target;

  @Option(
      names = "--matmul-nbits",
      description =
          "Weights mode: com.microsoft MatMulNBits nodes in place of standard blocked"
              + " DequantizeLinear.")
  private boolean matMulNBits;

  @Option(
      names = "--keep-io",
      description = "fp16 and bf16: the model's inputs and outputs keep their types.")
  private boolean keepIo;

  @Option(
      names = "--quantize-everything",
      description =
          "Quantize operators too that ONNX Runtime's CPU never fuses or that are slower"
              + " quantized.")
  private boolean quantizeEverything;

  /**
   * The request that the options make.
   *
   * @throws IllegalArgumentException if they contradict each other, or name what there is not
   */
  RecipeRequest request() {
    checkPairs();
    RecipeRequest request = start();
    if (mode != null) request = request.mode(mode);
    if (format != null) request = request.operatorForm(format == Words.Format.QOPERATOR);
    if (weights != null) request = request.weights(weightFormat(weights));
    if (activations != null) request = request.activations(activations);
    if (granularity != null) request = request.granularity(granularity);
    if (symmetric || asymmetric) request = request.symmetric(symmetric);
    if (restrictedRange || fullRange) request = request.restrictedRange(restrictedRange);
    if (reduceRange || noReduceRange) request = request.reduceRange(reduceRange);
    if (calibration != null) request = request.calibration(calibration);
    if (search != null) request = request.search(search);
    if (scales != null) request = request.scales(scales);
    if (target != null) request = request.target(target);
    if (matMulNBits) request = request.matMulNBits(true);
    if (keepIo) request = request.keepIo(true);
    if (quantizeEverything) request = request.quantizeEverything(true);
    if (!include.isEmpty()) request = request.include(include);
    return exclude.isEmpty() ? request : request.exclude(exclude);
  }

  /**
   * What the options ask of the matrices of a folder or safetensors file.
   *
   * @throws IllegalArgumentException if they contradict each other, or folders have no such scheme
   */
  PackedScheme packed(PackedScheme.Element element) {
    checkPairs();
    return new PackedScheme(
        element,
        granularity == null ? PackedScheme.usualGranularity(element) : granularity,
        !asymmetric,
        restrictedRange ? CodeRange.RESTRICTED : fullRange ? CodeRange.FULL : CodeRange.USUAL,
        search == null ? new ScaleSearch.AbsMax() : search,
        dynamic(),
        Optional.ofNullable(scales));
  }

  private boolean dynamic() {
    if (mode != null && mode != Mode.WEIGHTS && mode != Mode.DYNAMIC)
      throw new IllegalArgumentException(
          "--mode %s: safetensors have weights and dynamic"
              .formatted(mode.name().toLowerCase(Locale.ROOT)));
    return mode == Mode.DYNAMIC;
  }

  private void checkPairs() {
    if (symmetric && asymmetric)
      throw new IllegalArgumentException("--symmetric and --asymmetric exclude each other");
    if (restrictedRange && fullRange)
      throw new IllegalArgumentException("--restricted-range and --full-range exclude each other");
    if (reduceRange && noReduceRange)
      throw new IllegalArgumentException("--reduce-range and --no-reduce-range exclude each other");
  }

  boolean matMulNBits() {
    return matMulNBits;
  }

  List<String> include() {
    return include;
  }

  List<String> exclude() {
    return exclude;
  }

  private static WeightFormat weightFormat(String word) {
    try {
      return RecipeWords.weights(word);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--weights: " + e.getMessage(), e);
    }
  }

  /** The type of weights as it was written; null if none was asked for. */
  @Nullable String weights() {
    return weights;
  }

  private RecipeRequest start() {
    if (recipe == null) return RecipeRequest.automatic();
    boolean file = recipe.endsWith(".yaml") || recipe.endsWith(".yml");
    return file ? RecipeRequest.file(Path.of(recipe)) : RecipeRequest.named(recipe);
  }
}
