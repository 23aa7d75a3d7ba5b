package dev.halftone.quantize.codes;

import dev.halftone.number.IntegerFormat;
import dev.halftone.number.NumberFormat;
import dev.halftone.scheme.CodeRange;
import java.util.List;
import java.util.stream.IntStream;

/** The scale of numbers that are not a plain integer grid, from the range of a run. */
public enum ScaleRule {
  /** {@code max(high / highest, low / lowest)}, the least that cuts nothing off. */
  COVER {
    @Override
    float scale(NumberFormat numbers, float low, float high, boolean negative) {
      double above = Math.max(high, 0.0) / numbers.highest();
      return (float) Math.max(above, Math.min(low, 0.0) / numbers.lowest());
    }
  },

  /**
   * That of symmetric integers of as many bits, as {@link IntegerGrid} has it: for codebooks, which
   * start as that grid.
   */
  AS_INTEGERS {
    /** Of 2 bits and up. */
    private final List<IntegerGrid> grids =
        IntStream.rangeClosed(2, 8)
            .mapToObj(bits -> new IntegerGrid(IntegerFormat.signed(bits), true, CodeRange.USUAL))
            .toList();

    @Override
    float scale(NumberFormat numbers, float low, float high, boolean negative) {
      return grids.get(numbers.bits() - 2).scale(low, high, negative);
    }
  },

  /**
   * {@code 2^(floor(log2 a) - floor(log2 highest))} for the largest magnitude {@code a}; integers
   * count as numbers below 2. What lies between the highest number and the next power of two
   * saturates. Source: OCP Microscaling Formats (MX) 1.0, section 6.3.
   */
  SHARED_EXPONENT {
    @Override
    float scale(NumberFormat numbers, float low, float high, boolean negative) {
      float reach = Math.max(high, -low);
      if (reach < Float.MIN_NORMAL) return 0;
      return Math.scalb(1f, Math.getExponent(reach) - Math.getExponent(numbers.highest()));
    }
  };

  abstract float scale(NumberFormat numbers, float low, float high, boolean negative);
}
