package dev.halftone.data.image;

/**
 * A scaled photo on the canvas that the model sees; negative {@code left} and {@code top} cut it
 * off.
 *
 * @param width of the canvas in pixels
 * @param height of the canvas in pixels
 * @param photoWidth of the scaled photo
 * @param photoHeight of the scaled photo
 * @param left of the scaled photo on the canvas
 * @param top of the scaled photo on the canvas
 */
public record Placement(int width, int height, int photoWidth, int photoHeight, int left, int top) {
  /** The photo in the middle of the canvas; an odd pixel goes to the right and the bottom. */
  static Placement centered(int width, int height, int photoWidth, int photoHeight) {
    return new Placement(
        width,
        height,
        photoWidth,
        photoHeight,
        (width - photoWidth) / 2,
        (height - photoHeight) / 2);
  }
}
