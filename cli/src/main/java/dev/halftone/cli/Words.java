package dev.halftone.cli;

import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The command line's words for the values of a recipe. */
final class Words {
  private Words() {}

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

  static final class CalibrationWord implements ITypeConverter<Calibration> {
    @Override
    public Calibration convert(String word) {
      try {
        return Calibration.parse(word);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
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
