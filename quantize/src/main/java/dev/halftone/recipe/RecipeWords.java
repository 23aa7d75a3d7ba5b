package dev.halftone.recipe;

import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The words of a recipe, as command lines and files write them. Case does not count; whatever is
 * not a word is refused with the words that there are.
 */
public final class RecipeWords {
  private static final String BLOCK = "block:";

  private RecipeWords() {}

  /** {@code static}, {@code dynamic}, {@code weights}, {@code fp16} or {@code bf16}. */
  public static Mode mode(String word) {
    return oneOf(word, Arrays.asList(Mode.values()));
  }

  /** The type of quantized weights. */
  public static DType weights(String word) {
    return oneOf(
        word, List.of(DType.INT8, DType.UINT8, DType.INT4, DType.UINT4, DType.INT2, DType.UINT2));
  }

  /** The type of quantized activations. */
  public static DType activations(String word) {
    return oneOf(word, List.of(DType.UINT8, DType.INT8, DType.UINT16, DType.INT16));
  }

  /** {@code tensor}, {@code channel} or {@code block:N}. */
  public static Granularity granularity(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (lower.equals("tensor")) return new Granularity.PerTensor();
    if (lower.equals("channel")) return new Granularity.PerChannel();
    if (lower.matches(BLOCK + "[1-9][0-9]{0,8}"))
      return new Granularity.PerBlock(Integer.parseInt(lower.substring(BLOCK.length())));
    throw new IllegalArgumentException("'%s' is not tensor, channel or block:N".formatted(word));
  }

  /**
   * The choice that the word names.
   *
   * @throws IllegalArgumentException if it names none; the message lists them
   */
  public static <E extends Enum<E>> E oneOf(String word, List<E> choices) {
    for (E choice : choices) if (of(choice).equals(word.toLowerCase(Locale.ROOT))) return choice;
    throw new IllegalArgumentException(
        "'%s' is not one of %s"
            .formatted(word, String.join(", ", choices.stream().map(RecipeWords::of).toList())));
  }

  /** How a choice is written. */
  public static String of(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
