package dev.halftone.quantize.codes;

/**
 * What codes reach.
 *
 * @param low least value, 0 or less
 * @param high greatest value, 0 or more
 */
public record Span(float low, float high) {
  static final Span ZERO = new Span(0, 0);

  /** Widened to all codes of a format under a scale, which may be negative. */
  Span with(CodeFormat format, float scale, int zeroPoint) {
    float bottom = format.bottom(scale, zeroPoint);
    float top = format.top(scale, zeroPoint);
    return new Span(Math.min(low, Math.min(bottom, top)), Math.max(high, Math.max(bottom, top)));
  }
}
