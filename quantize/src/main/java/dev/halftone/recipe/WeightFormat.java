package dev.halftone.recipe;

import dev.halftone.number.BlockFormat;
import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.scheme.CodebookSharing;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The number format of quantized weights. */
public sealed interface WeightFormat {
  /**
   * An element type that operators of ONNX Runtime compute with: INT8, UINT8, INT4, UINT4, INT2,
   * UINT2 by codes, FLOAT16 and BFLOAT16 as they are.
   */
  record Element(DType type) implements WeightFormat {}

  /** Numbers of 8 bits or less, or integers of 16, that are decoded when the model is loaded. */
  record Numbers(NumberFormat format) implements WeightFormat {
    public Numbers {
      if (!isWeight(format))
        throw new IllegalArgumentException("weights cannot be stored as " + format.name());
    }
  }

  /**
   * Levels fitted to the weights, decoded likewise.
   *
   * @param bits 2 to 8
   */
  record Codebook(int bits, CodebookSharing sharing) implements WeightFormat {
    private static final Pattern NAME =
        Pattern.compile("codebook:([2-8])(?::(shared)|:group:([1-9][0-9]{0,8}))?");

    public Codebook {
      if (bits < 2 || bits > 8)
        throw new IllegalArgumentException("a codebook of " + bits + " bits, expected 2 to 8");
    }

    private static Codebook of(Matcher name) {
      CodebookSharing sharing =
          name.group(2) != null
              ? new CodebookSharing.Shared()
              : name.group(3) != null
                  ? new CodebookSharing.Group(Integer.parseInt(name.group(3)))
                  : new CodebookSharing.Own();
      return new Codebook(Integer.parseInt(name.group(1)), sharing);
    }
  }

  /** Numbers with a block length and a format of scales of their own, decoded likewise. */
  record Blocks(BlockFormat format) implements WeightFormat {}

  /** As it is written on the command line and in recipes. */
  default String name() {
    return switch (this) {
      case Element(DType type) -> type.name().toLowerCase(Locale.ROOT);
      case Numbers(NumberFormat format) -> format.name();
      case Codebook(int bits, CodebookSharing sharing) -> "codebook:" + bits + sharing.suffix();
      case Blocks(BlockFormat format) -> format.name();
    };
  }

  /** Whether groups of channels have a codebook each, so that channels have to be told apart. */
  default boolean isGrouped() {
    return this instanceof Codebook(int ignored, CodebookSharing sharing)
        && sharing instanceof CodebookSharing.Group;
  }

  /** Bits of a code. */
  default int bits() {
    return switch (this) {
      case Element(DType type) -> type.bits();
      case Numbers(NumberFormat format) -> format.bits();
      case Codebook(int bits, CodebookSharing ignored) -> bits;
      case Blocks(BlockFormat format) -> format.element().bits();
    };
  }

  /**
   * Every format that has a name on the command line; codebooks that each weight has for itself.
   */
  static List<WeightFormat> all() {
    return Stream.concat(
            NumberFormat.all().stream().filter(WeightFormat::isWeight).map(WeightFormat::of),
            BlockFormat.all().stream().map(Blocks::new))
        .toList();
  }

  private static boolean isWeight(NumberFormat format) {
    boolean wide = format instanceof IntegerFormat && format.bits() == 16;
    return (wide || format.bits() <= 8)
        && format.highest() > 0
        && (format.lowest() < 0 || isOffset(format));
  }

  /** Unsigned integers, whose zero points make numbers below zero of them. */
  private static boolean isOffset(NumberFormat format) {
    return format.name().startsWith("uint");
  }

  private static WeightFormat of(NumberFormat format) {
    Matcher codebook = Codebook.NAME.matcher(format.name());
    if (codebook.matches()) return Codebook.of(codebook);
    return switch (format.name()) {
      case "int8", "uint8", "int4", "uint4", "int2", "uint2" ->
          new Element(format.dtype().orElseThrow());
      default -> new Numbers(format);
    };
  }

  /**
   * The format that a text names; case does not matter.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists them
   */
  static WeightFormat parse(String text) {
    String word = text.trim().toLowerCase(Locale.ROOT);
    Matcher codebook = Codebook.NAME.matcher(word);
    if (codebook.matches()) return Codebook.of(codebook);
    return all().stream()
        .filter(format -> format.name().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is not one of %s; codebooks may end in :group:CHANNELS or :shared"
                        .formatted(
                            text,
                            all().stream()
                                .map(WeightFormat::name)
                                .collect(Collectors.joining(", ")))));
  }
}
