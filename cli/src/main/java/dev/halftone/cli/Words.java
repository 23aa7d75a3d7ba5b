package dev.halftone.cli;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.scheme.ScaleSearch;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
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
      return oneOf(word, Arrays.asList(Mode.values()));
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
      return oneOf(word, List.of(DType.INT8, DType.UINT8, DType.INT4, DType.UINT4));
    }
  }

  static final class ActivationWord implements ITypeConverter<DType> {
    @Override
    public DType convert(String word) {
      return oneOf(word, List.of(DType.UINT8, DType.INT8, DType.UINT16, DType.INT16));
    }
  }

  static final class GranularityWord implements ITypeConverter<Granularity> {
    private static final String BLOCK = "block:";

    @Override
    public Granularity convert(String word) {
      String lower = word.toLowerCase(Locale.ROOT);
      if (lower.equals("tensor")) return new Granularity.PerTensor();
      if (lower.equals("channel")) return new Granularity.PerChannel();
      if (lower.matches(BLOCK + "[1-9][0-9]{0,8}"))
        return new Granularity.PerBlock(Integer.parseInt(lower.substring(BLOCK.length())));
      throw new TypeConversionException("'%s' is not tensor, channel or block:N".formatted(word));
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

  static final class SearchWord implements ITypeConverter<ScaleSearch> {
    @Override
    public ScaleSearch convert(String word) {
      return parsed(word, ScaleSearch::parse);
    }
  }

  static final class StorageWord implements ITypeConverter<ScaleStorage> {
    @Override
    public ScaleStorage convert(String word) {
      return parsed(word, ScaleStorage::parse);
    }
  }

  private static <T> T parsed(String word, Function<String, T> parser) {
    try {
      return parser.apply(word);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static <E extends Enum<E>> E oneOf(String word, List<E> choices) {
    for (E choice : choices) if (word(choice).equals(word.toLowerCase(Locale.ROOT))) return choice;
    throw new TypeConversionException(
        "'%s' is not one of %s"
            .formatted(word, String.join(", ", choices.stream().map(Words::word).toList())));
  }

  private static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
