package dev.halftone.kernels;

/**
 * How {@link ScaleFits#affine} searches. Try {@code t} of {@code 0 … tries} rounds to {@code first
 * + t * step + levels} steps between the least and the greatest value of a block.
 *
 * @param size values of a block
 * @param levels greatest code; the least is 0
 * @param first what the first try adds to the levels
 * @param step what each further try adds
 * @param tries number of the last try
 * @param absolute whether errors count by magnitude, not squared
 */
public record AffineFit(
    int size, int levels, float first, float step, int tries, boolean absolute) {
  public AffineFit {
    if (size < 1 || levels < 1 || levels > 255 || tries < 0)
      throw new IllegalArgumentException(
          "blocks of %d values, codes up to %d, %d tries".formatted(size, levels, tries));
  }

  /** Steps that try {@code number} rounds to. */
  float steps(int number) {
    return first + step * number + levels;
  }
}
