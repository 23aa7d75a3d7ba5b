package dev.halftone.toolkit;

import dev.halftone.recipe.Mode;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * One line of a sweep: a recipe in a few characters, the name of a {@link NamedRecipe} or
 *
 * <pre>
 * [MODE:]WEIGHTS[/ACTIVATIONS][@GRANULARITY][+SEARCH][+scales:STORAGE][+FLAG…]
 *
 * int8  int4@block:32+mse  static:int8/int16  static:int8+reduce-range  dynamic:uint8  fp16
 * </pre>
 *
 * <p>Without a mode it is static where activations are named, else weights. {@code fp16} and {@code
 * bf16} are modes by themselves. What is left out follows from the model and the target, as with
 * {@link RecipeRequest}.
 *
 * @param text as it was written
 */
public record SweepEntry(String text, RecipeRequest request) {
  private static final Map<String, UnaryOperator<RecipeRequest>> FLAGS =
      new TreeMap<>(
          Map.of(
              "symmetric", request -> request.symmetric(true),
              "asymmetric", request -> request.symmetric(false),
              "reduce-range", request -> request.reduceRange(true),
              "no-reduce-range", request -> request.reduceRange(false),
              "restricted-range", request -> request.restrictedRange(true),
              "full-range", request -> request.restrictedRange(false),
              "matmul-nbits", request -> request.matMulNBits(true),
              "qoperator", request -> request.operatorForm(true),
              "quantize-everything", request -> request.quantizeEverything(true)));

  private static final String SCALES = "scales:";

  /**
   * What is tried when nothing is named: from 16 bits down to 2, and what integers in place of
   * floats make of the activations.
   */
  private static final List<String> USUAL =
      List.of(
          "fp16",
          "int8",
          "fp8-e4m3",
          "static:int8/uint8+no-reduce-range",
          "static:int8/uint8+reduce-range",
          "static:int8/int16",
          "dynamic:int8",
          "int6@block:32",
          "fp6-e2m3@block:32",
          "int5@block:32",
          "int4@block:32",
          "int4@block:32+mse",
          "uint4@block:32",
          "int4@channel",
          "codebook:4@block:32",
          "nf4@block:32",
          "log4@block:32",
          "mxfp4",
          "nvfp4",
          "int3@block:32+mse",
          "codebook:3@block:32",
          "int2@block:16+mse",
          "codebook:2@block:16");

  /**
   * Reads one entry.
   *
   * @throws IllegalArgumentException if it does not follow the grammar; the message says what is
   *     allowed
   */
  public static SweepEntry parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    boolean named = NamedRecipe.all().stream().anyMatch(recipe -> recipe.name().equals(lower));
    try {
      return new SweepEntry(lower, named ? RecipeRequest.named(lower) : request(lower));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("format '%s': %s".formatted(text, e.getMessage()), e);
    }
  }

  /**
   * The entries of a sweep that names none.
   *
   * @param samples whether there are some to calibrate on
   */
  public static List<SweepEntry> usual(boolean samples) {
    return USUAL.stream()
        .map(SweepEntry::parse)
        .filter(entry -> samples || entry.request.mode != Mode.STATIC)
        .toList();
  }

  /** The usual entries that quantize weights and nothing else. */
  public static List<SweepEntry> usualForMatrices() {
    return usual(false).stream().filter(entry -> entry.request.mode == Mode.WEIGHTS).toList();
  }

  private static RecipeRequest request(String text) {
    String[] flags = text.split("\\+", -1);
    String[] head = flags[0].split("@", 2);
    RecipeRequest request = numbers(head[0]);
    if (head.length > 1) request = request.granularity(RecipeWords.granularity(head[1]));
    for (int i = 1; i < flags.length; i++) request = flag(flags[i]).apply(request);
    return request;
  }

  /** {@code [MODE:]WEIGHTS[/ACTIVATIONS]}; a weight's own name may have a colon. */
  private static RecipeRequest numbers(String text) {
    int colon = text.indexOf(':');
    for (Mode mode : Mode.values()) {
      String word = RecipeWords.word(mode);
      if (text.equals(word) && (mode == Mode.FP16 || mode == Mode.BF16))
        return RecipeRequest.automatic().mode(mode);
      if (colon >= 0 && text.substring(0, colon).equals(word))
        return types(RecipeRequest.automatic().mode(mode), text.substring(colon + 1));
    }
    boolean activations = text.indexOf('/') >= 0;
    return types(RecipeRequest.automatic().mode(activations ? Mode.STATIC : Mode.WEIGHTS), text);
  }

  private static RecipeRequest types(RecipeRequest request, String text) {
    String[] types = text.split("/", 2);
    RecipeRequest typed = request.weights(RecipeWords.weights(types[0]));
    return types.length == 1 ? typed : typed.activations(RecipeWords.activations(types[1]));
  }

  private static UnaryOperator<RecipeRequest> flag(String word) {
    UnaryOperator<RecipeRequest> flag = FLAGS.get(word);
    if (flag != null) return flag;
    if (word.startsWith(SCALES)) {
      ScaleStorage storage = ScaleStorage.parse(word.substring(SCALES.length()));
      return request -> request.scales(storage);
    }
    ScaleSearch search = search(word);
    return request -> request.search(search);
  }

  private static ScaleSearch search(String word) {
    try {
      return ScaleSearch.parse(word);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'+%s' is not one of +%s, +%sSTORAGE, and no search: %s"
              .formatted(word, String.join(", +", FLAGS.keySet()), SCALES, e.getMessage()),
          e);
    }
  }
}
