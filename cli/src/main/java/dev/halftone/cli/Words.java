package dev.halftone.cli;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.toolkit.RecipeWords;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The command line's words for the values of a recipe. */
final class Words {
  private Words() {}

  static final class ModeWord implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String word) {
      return parsed(word, RecipeWords::mode);
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
      return switch (word.toLowerCase(Locale.ROOT)) {
        case "qdq" -> Format.QDQ;
        case "qoperator" -> Format.QOPERATOR;
        default ->
            throw new TypeConversionException("'%s' is not one of qdq, qoperator".formatted(word));
      };
    }
  }

  static final class ActivationWord implements ITypeConverter<DType> {
    @Override
    public DType convert(String word) {
      return parsed(word, RecipeWords::activations);
    }
  }

  static final class GranularityWord implements ITypeConverter<Granularity> {
    @Override
    public Granularity convert(String word) {
      return parsed(word, RecipeWords::granularity);
    }
  }

  static final class CalibrationWord implements ITypeConverter<Calibration> {
    @Override
    public Calibration convert(String word) {
      return parsed(word, RecipeWords::calibration);
    }
  }

  static final class SearchWord implements ITypeConverter<ScaleSearch> {
    @Override
    public ScaleSearch convert(String word) {
      return parsed(word, RecipeWords::search);
    }
  }

  static final class StorageWord implements ITypeConverter<ScaleStorage> {
    @Override
    public ScaleStorage convert(String word) {
      return parsed(word, ScaleStorage::parse);
    }
  }

  private static <T> T parsed(String word, Function<String, T> parse) {
    try {
      return parse.apply(word);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
