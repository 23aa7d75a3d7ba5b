package dev.halftone.number;

/** What a format says to arguments that do not go with it. */
final class Refusals {
  private Refusals() {}

  static IllegalArgumentException width(NumberFormat format, int width) {
    return new IllegalArgumentException(
        "codes of %s take %d bits and do not go with arrays of %d"
            .formatted(format.name(), format.bits(), width));
  }

  static IllegalArgumentException code(NumberFormat format, int code) {
    return new IllegalArgumentException("%d is not a code of %s".formatted(code, format.name()));
  }

  static void checkScale(float scale) {
    if (!(scale > 0 && scale < Float.POSITIVE_INFINITY))
      throw new IllegalArgumentException("scale " + scale + " is not positive and finite");
  }
}
