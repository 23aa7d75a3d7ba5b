package dev.halftone.data.image;

/**
 * A picture as floats in 0 to 255: {@code values[(y * width + x) * channels + channel]}, channels red, green, blue, or one gray.
 * The array belongs to the picture and is not changed.
 */
record Pixels(int width, int height, int channels, float[] values) {
  Pixels {
    if (values.length != (long) width * height * channels) {
      throw new IllegalArgumentException(
          "%d values for %d x %d x %d".formatted(values.length, width, height, channels));
    }
  }
}
