package dev.halftone.toolkit;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words for the values of a recipe, on the command line and in recipe files alike. Case does
 * not matter. Each method throws IllegalArgumentException that names what is allowed.
 */
public final class RecipeWords {
  static final List<DType> ACTIVATIONS =
      List.of(DType.UINT8, DType.INT8, DType.UINT16, DType.INT16);

  private static final String BLOCK = "block:";
  private static final Pattern TILE =
      Pattern.compile(BLOCK + "([1-9][0-9]{0,8})x([1-9][0-9]{0,8})");

  private RecipeWords() {}

  public static Mode mode(String word) {
    return oneOf(word, List.of(Mode.values()));
  }

  public static WeightFormat weights(String word) {
    return WeightFormat.parse(word);
  }

  public static DType activations(String word) {
    return oneOf(word, ACTIVATIONS);
  }

  public static Granularity granularity(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (lower.equals("tensor")) return new Granularity.PerTensor();
    if (lower.equals("channel")) return new Granularity.PerChannel();
    if (lower.matches(BLOCK + "[1-9][0-9]{0,8}"))
      return new Granularity.PerBlock(Integer.parseInt(lower.substring(BLOCK.length())));
    Matcher tile = TILE.matcher(lower);
    if (tile.matches())
      return new Granularity.PerTile(
          Integer.parseInt(tile.group(1)), Integer.parseInt(tile.group(2)));
    throw new IllegalArgumentException(
        "'%s' is not tensor, channel, block:N or block:RxC".formatted(word));
  }

  public static Calibration calibration(String word) {
    return Calibration.parse(word);
  }

  public static ScaleSearch search(String word) {
    return ScaleSearch.parse(word);
  }

  private static <E extends Enum<E>> E oneOf(String word, List<E> choices) {
    for (E choice : choices) if (word(choice).equals(word.toLowerCase(Locale.ROOT))) return choice;
    throw new IllegalArgumentException(
        "'%s' is not one of %s"
            .formatted(word, String.join(", ", choices.stream().map(RecipeWords::word).toList())));
  }

  static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
