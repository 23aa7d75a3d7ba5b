package dev.halftone.data;

import dev.halftone.data.source.Preview;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A picture of an array of numbers that has the shape of one. */
final class ArrayPicture {
  private static final int LEAST_SIDE = 8;

  private ArrayPicture() {}

  /**
   * Of a batch of one with one or three channels, before or behind the pixels; the least number is
   * black, the greatest white. The order of colours is not known and taken to be red, green, blue.
   * Null for other shapes.
   */
  static Preview.@Nullable Picture of(Tensor array) {
    if (array.rank() != 4 || array.dimension(0) != 1 || !array.dtype().isFloat()) return null;
    boolean first = isColour(array.dimension(1));
    if (!first && !isColour(array.dimension(3))) return null;
    int channels = (int) array.dimension(first ? 1 : 3);
    int height = (int) array.dimension(first ? 2 : 1);
    int width = (int) array.dimension(first ? 3 : 2);
    if (Math.min(height, width) < LEAST_SIDE) return null;
    float[] values = array.toFloats();
    int step = (Math.max(height, width) + Preview.MOST_PIXELS - 1) / Preview.MOST_PIXELS;
    return drawn(values, channels, height, width, step, first);
  }

  private static boolean isColour(long channels) {
    return channels == 1 || channels == 3;
  }

  private static Preview.Picture drawn(
      float[] values, int channels, int height, int width, int step, boolean first) {
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      if (!Float.isFinite(value)) continue;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    float span = greatest > least ? greatest - least : 1;
    int columns = Math.max(1, width / step);
    int lines = Math.max(1, height / step);
    byte[] rgb = new byte[3 * columns * lines];
    for (int i = 0; i < rgb.length; i++) {
      int channel = i % 3 % channels;
      int pixel = i / 3 / columns * step * width + i / 3 % columns * step;
      int at = first ? channel * height * width + pixel : pixel * channels + channel;
      rgb[i] = (byte) Math.clamp(Math.round(255 * (values[at] - least) / span), 0, 255);
    }
    return new Preview.Picture(columns, lines, rgb);
  }
}
