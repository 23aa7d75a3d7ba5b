package dev.halftone.data.image;

/**
 * A picture: {@code values[(y * width + x) * 3 + channel]} with channels red, green, blue as
 * unsigned bytes. The array belongs to the picture and is not changed.
 */
record Pixels(int width, int height, byte[] values) {
  static final int CHANNELS = 3;

  Pixels {
    if (values.length != (long) width * height * CHANNELS) {
      throw new IllegalArgumentException(
          "%d values for %d x %d pixels".formatted(values.length, width, height));
    }
  }
}
