package dev.halftone.cli;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.RecipeWords;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The command line's words for the values of a recipe. */
final class Words {
  private Words() {}

  /** A calibration method with its parameter. */
  record CalibrationChoice(Calibration method, @Nullable Double percentile) {}

  static final class ModeWord implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String word) {
      return checked(() -> RecipeWords.mode(word));
    }
  }

  /** How integer arithmetic is written. */
  enum Format {
    QDQ,
    QOPERATOR
  }

  static final class FormatWord implements ITypeConverter<Format> {
    @Override
    public Format convert(String word) {
      return oneOf(word, Arrays.asList(Format.values()));
    }
  }

  static final class WeightWord implements ITypeConverter<DType> {
    @Override
    public DType convert(String word) {
      return checked(() -> RecipeWords.weights(word));
    }
  }

  static final class ActivationWord implements ITypeConverter<DType> {
    @Override
    public DType convert(String word) {
      return checked(() -> RecipeWords.activations(word));
    }
  }

  static final class GranularityWord implements ITypeConverter<Granularity> {
    @Override
    public Granularity convert(String word) {
      return checked(() -> RecipeWords.granularity(word));
    }
  }

  static final class CalibrationWord implements ITypeConverter<CalibrationChoice> {
    private static final String PERCENTILE = "percentile:";

    @Override
    public CalibrationChoice convert(String word) {
      if (!word.toLowerCase(Locale.ROOT).startsWith(PERCENTILE)) {
        return new CalibrationChoice(oneOf(word, Arrays.asList(Calibration.values())), null);
      }
      return new CalibrationChoice(
          Calibration.PERCENTILE, percentile(word.substring(PERCENTILE.length())));
    }

    private static double percentile(String number) {
      try {
        double percentile = Double.parseDouble(number);
        if (percentile > 50 && percentile <= 100) return percentile;
      } catch (NumberFormatException e) {
        throw new TypeConversionException("percentile '%s' is not a number".formatted(number));
      }
      throw new TypeConversionException(
          "percentile %s is not over 50 and up to 100".formatted(number));
    }
  }

  private static <E extends Enum<E>> E oneOf(String word, List<E> choices) {
    return checked(() -> RecipeWords.oneOf(word, choices));
  }

  /** What the word stands for, with a refusal that the parser of options shows to the user. */
  private static <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
