package dev.halftone.recipe;

import dev.halftone.number.BlockFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The number format of quantized weights. */
public sealed interface WeightFormat {
  /**
   * An element type that operators of ONNX Runtime compute with: INT8, UINT8, INT4, UINT4, INT2,
   * UINT2 by codes, FLOAT16 and BFLOAT16 as they are.
   */
  record Element(DType type) implements WeightFormat {}

  /** Numbers of 8 bits or less that are decoded when the model is loaded. */
  record Numbers(NumberFormat format) implements WeightFormat {
    public Numbers {
      if (!isWeight(format))
        throw new IllegalArgumentException("weights cannot be stored as " + format.name());
    }
  }

  /** Numbers with a block length and a format of scales of their own, decoded likewise. */
  record Blocks(BlockFormat format) implements WeightFormat {}

  /** As it is written on the command line and in recipes. */
  default String name() {
    return switch (this) {
      case Element(DType type) -> type.name().toLowerCase(Locale.ROOT);
      case Numbers(NumberFormat format) -> format.name();
      case Blocks(BlockFormat format) -> format.name();
    };
  }

  /** Bits of a code. */
  default int bits() {
    return switch (this) {
      case Element(DType type) -> type.bits();
      case Numbers(NumberFormat format) -> format.bits();
      case Blocks(BlockFormat format) -> format.element().bits();
    };
  }

  /** Every format that has a name on the command line. */
  static List<WeightFormat> all() {
    return Stream.concat(
            NumberFormat.all().stream().filter(WeightFormat::isWeight).map(WeightFormat::of),
            BlockFormat.all().stream().map(Blocks::new))
        .toList();
  }

  private static boolean isWeight(NumberFormat format) {
    return format.bits() <= 8 && format.highest() > 0 && (format.lowest() < 0 || isOffset(format));
  }

  /** Unsigned integers, whose zero points make numbers below zero of them. */
  private static boolean isOffset(NumberFormat format) {
    return format.name().startsWith("uint");
  }

  private static WeightFormat of(NumberFormat format) {
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
    return all().stream()
        .filter(format -> format.name().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is not one of %s"
                        .formatted(
                            text,
                            all().stream()
                                .map(WeightFormat::name)
                                .collect(Collectors.joining(", ")))));
  }
}
