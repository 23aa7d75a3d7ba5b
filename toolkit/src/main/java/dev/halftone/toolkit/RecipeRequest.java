package dev.halftone.toolkit;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Rule;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants, as far as he says it; what he leaves out follows from the model, the data
 * and the target when the request is {@linkplain OpenModel#resolve resolved}. Immutable: each
 * method gives a new request.
 *
 * <pre>{@code
 * RecipeRequest.automatic().mode(Mode.STATIC).calibration(Calibration.ENTROPY).exclude(List.of("/head/*"))
 * }</pre>
 */
public final class RecipeRequest {
  String name = "";
  @Nullable Mode mode;
  @Nullable Boolean operatorForm;
  @Nullable WeightFormat weights;
  @Nullable DType activations;
  @Nullable Granularity granularity;
  @Nullable Boolean symmetric;
  @Nullable Boolean symmetricWeights;
  @Nullable Boolean symmetricActivations;
  @Nullable Boolean reduceRange;
  @Nullable Boolean restrictedRange;
  @Nullable Processor processor;
  @Nullable Calibration calibration;
  @Nullable Boolean matMulNBits;
  @Nullable Boolean keepIo;
  @Nullable Boolean quantizeEverything;
  @Nullable ScaleSearch search;
  @Nullable ScaleStorage scales;
  @Nullable String target;
  List<String> include = List.of();
  List<String> exclude = List.of();
  List<PlacedRule> rules = List.of();
  @Nullable RecipeFile origin;

  private RecipeRequest() {}

  /** Nothing said. */
  public static RecipeRequest automatic() {
    return new RecipeRequest();
  }

  /**
   * A built-in recipe, see {@link NamedRecipe#all()}; what is said on top of it wins.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists those that
   *     there are
   */
  public static RecipeRequest named(String recipe) {
    RecipeRequest request = NamedRecipe.named(recipe).request().copy();
    request.name = recipe;
    return request;
  }

  /**
   * A recipe of a YAML file, whose keys are the names of the command line's options; what is said
   * on top of it wins.
   *
   * @throws dev.halftone.graph.MalformedDataException if the file is no recipe; the message names
   *     the line, what was found and what is allowed
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static RecipeRequest file(Path file) {
    return RecipeFile.read(file);
  }

  /** What kind of quantization; by default static when there is data, else what suits the model. */
  public RecipeRequest mode(Mode wanted) {
    RecipeRequest copy = copy();
    copy.mode = wanted;
    return copy;
  }

  /** QOperator (QLinear*) in place of QDQ pairs. */
  public RecipeRequest operatorForm(boolean wanted) {
    RecipeRequest copy = copy();
    copy.operatorForm = wanted;
    return copy;
  }

  /** INT8, UINT8, INT4, UINT4, INT2 or UINT2. */
  public RecipeRequest weights(DType wanted) {
    return weights(new WeightFormat.Element(wanted));
  }

  /** Weights mode: any number format; static and dynamic mode: 8-bit integers. */
  public RecipeRequest weights(WeightFormat wanted) {
    RecipeRequest copy = copy();
    copy.weights = wanted;
    return copy;
  }

  /** UINT8, INT8, UINT16 or INT16. */
  public RecipeRequest activations(DType wanted) {
    RecipeRequest copy = copy();
    copy.activations = wanted;
    return copy;
  }

  /** Which elements of a weight share a scale. */
  public RecipeRequest granularity(Granularity wanted) {
    RecipeRequest copy = copy();
    copy.granularity = wanted;
    return copy;
  }

  /**
   * Whether zero points lie in the middle of the type, of activations and of weights; wins over
   * what was said of either before.
   */
  public RecipeRequest symmetric(boolean wanted) {
    RecipeRequest copy = copy();
    copy.symmetric = wanted;
    copy.symmetricWeights = null;
    copy.symmetricActivations = null;
    return copy;
  }

  /** The same of weights alone, over {@link #symmetric}. */
  public RecipeRequest symmetricWeights(boolean wanted) {
    RecipeRequest copy = copy();
    copy.symmetricWeights = wanted;
    return copy;
  }

  /** The same of activations alone, in static mode, over {@link #symmetric}. */
  public RecipeRequest symmetricActivations(boolean wanted) {
    RecipeRequest copy = copy();
    copy.symmetricActivations = wanted;
    return copy;
  }

  /** Whether 8-bit weights are kept smaller, for CPUs whose 8-bit products saturate. */
  public RecipeRequest reduceRange(boolean wanted) {
    RecipeRequest copy = copy();
    copy.reduceRange = wanted;
    return copy;
  }

  /**
   * Whether symmetric integer weights leave out the lowest code, which has no counterpart: -127 to
   * 127; if not, scales are as small as it allows: -128 to 127. Wins over a range that the target
   * would reduce.
   */
  public RecipeRequest restrictedRange(boolean wanted) {
    RecipeRequest copy = copy();
    copy.restrictedRange = wanted;
    return copy;
  }

  /** Whose speeds decide what stays in float; else the target's. */
  public RecipeRequest processor(Processor wanted) {
    RecipeRequest copy = copy();
    copy.processor = wanted;
    return copy;
  }

  /** How ranges are chosen from what was observed. */
  public RecipeRequest calibration(Calibration wanted) {
    RecipeRequest copy = copy();
    copy.calibration = wanted;
    return copy;
  }

  /** Weights mode: MatMulNBits nodes in place of standard blocked DequantizeLinear. */
  public RecipeRequest matMulNBits(boolean wanted) {
    RecipeRequest copy = copy();
    copy.matMulNBits = wanted;
    return copy;
  }

  /** Half-precision modes: graph inputs and outputs keep their types. */
  public RecipeRequest keepIo(boolean wanted) {
    RecipeRequest copy = copy();
    copy.keepIo = wanted;
    return copy;
  }

  /** Operators too that are not faster quantized. */
  public RecipeRequest quantizeEverything(boolean wanted) {
    RecipeRequest copy = copy();
    copy.quantizeEverything = wanted;
    return copy;
  }

  /** Static and weights mode: how scales of weights are chosen; the whole range by default. */
  public RecipeRequest search(ScaleSearch wanted) {
    RecipeRequest copy = copy();
    copy.search = wanted;
    return copy;
  }

  /** Weights mode: what scales are stored as; floats by default. */
  public RecipeRequest scales(ScaleStorage wanted) {
    RecipeRequest copy = copy();
    copy.scales = wanted;
    return copy;
  }

  /** Name of a {@link Target}, or {@code auto}, the default. */
  public RecipeRequest target(String wanted) {
    RecipeRequest copy = copy();
    copy.target = wanted;
    return copy;
  }

  /** Patterns of node names to quantize ({@code *} and {@code ?}); empty means all. */
  public RecipeRequest include(List<String> patterns) {
    RecipeRequest copy = copy();
    copy.include = List.copyOf(patterns);
    return copy;
  }

  /** Patterns of node names to leave as they are; wins over include. */
  public RecipeRequest exclude(List<String> patterns) {
    RecipeRequest copy = copy();
    copy.exclude = List.copyOf(patterns);
    return copy;
  }

  /**
   * What some nodes have differently, in place of earlier rules; the last that matches a node wins,
   * setting by setting.
   */
  public RecipeRequest rules(List<Rule> wanted) {
    return placedRules(wanted.stream().map(rule -> new PlacedRule(rule, null)).toList());
  }

  RecipeRequest placedRules(List<PlacedRule> wanted) {
    RecipeRequest copy = copy();
    copy.rules = List.copyOf(wanted);
    return copy;
  }

  /** The file that it was read from, for messages. */
  RecipeRequest origin(RecipeFile file) {
    RecipeRequest copy = copy();
    copy.origin = file;
    return copy;
  }

  private RecipeRequest copy() {
    RecipeRequest copy = new RecipeRequest();
    copy.name = name;
    copy.mode = mode;
    copy.operatorForm = operatorForm;
    copy.weights = weights;
    copy.activations = activations;
    copy.granularity = granularity;
    copy.symmetric = symmetric;
    copy.symmetricWeights = symmetricWeights;
    copy.symmetricActivations = symmetricActivations;
    copy.reduceRange = reduceRange;
    copy.restrictedRange = restrictedRange;
    copy.processor = processor;
    copy.calibration = calibration;
    copy.matMulNBits = matMulNBits;
    copy.keepIo = keepIo;
    copy.quantizeEverything = quantizeEverything;
    copy.search = search;
    copy.scales = scales;
    copy.target = target;
    copy.include = include;
    copy.exclude = exclude;
    copy.rules = rules;
    copy.origin = origin;
    return copy;
  }
}
