package dev.halftone.evaluate.detect;

/** A box that a model found, in pixels of its input image. */
public record Detection(
    int category, float score, float left, float top, float right, float bottom) {
  /** Area of the overlap over area of the union; 0 when there is no union. */
  double overlap(float otherLeft, float otherTop, float otherRight, float otherBottom) {
    double width = Math.min(right, otherRight) - (double) Math.max(left, otherLeft);
    double height = Math.min(bottom, otherBottom) - (double) Math.max(top, otherTop);
    if (width <= 0 || height <= 0) return 0;
    double common = width * height;
    double own = ((double) right - left) * ((double) bottom - top);
    double others = ((double) otherRight - otherLeft) * ((double) otherBottom - otherTop);
    return common / (own + others - common);
  }
}
