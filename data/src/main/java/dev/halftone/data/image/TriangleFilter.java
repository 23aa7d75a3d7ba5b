package dev.halftone.data.image;

import static dev.halftone.data.image.Pixels.CHANNELS;

/**
 * Bilinear resizing with antialiasing. Output pixel {@code i} of a line is the weighted mean of the
 * input pixels around {@code c = (i + 0.5) * in / out}; pixel {@code j} weighs {@code max(0, 1 - |j
 * + 0.5 - c| / s)} with {@code s = max(1, in / out)}, so that shrinking averages everything that
 * falls into a pixel and enlarging interpolates between two. Pixels outside are left out and the
 * weights sum to one. Lines are resized first across, then down; after each the pixels are rounded
 * to bytes, halves up, as libraries that work on 8-bit images do and most networks have been
 * trained with.
 */
final class TriangleFilter {
  private TriangleFilter() {}

  /** The picture at another size; the same one when the size is the same. */
  static Pixels resize(Pixels in, int width, int height) {
    Pixels across = in.width() == width ? in : across(in, width);
    return across.height() == height ? across : down(across, height);
  }

  private static Pixels across(Pixels in, int width) {
    Taps[] taps = taps(in.width(), width);
    byte[] out = new byte[bytes(width, in.height())];
    int index = 0;
    for (int y = 0; y < in.height(); y++) {
      int line = y * in.width() * CHANNELS;
      for (int x = 0; x < width; x++) {
        int first = line + taps[x].first * CHANNELS;
        for (int channel = 0; channel < CHANNELS; channel++) {
          out[index++] = taps[x].mean(in.values(), first + channel, CHANNELS);
        }
      }
    }
    return new Pixels(width, in.height(), out);
  }

  private static Pixels down(Pixels in, int height) {
    Taps[] taps = taps(in.height(), height);
    int line = in.width() * CHANNELS;
    byte[] out = new byte[bytes(in.width(), height)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < line; x++) {
        out[y * line + x] = taps[y].mean(in.values(), taps[y].first * line + x, line);
      }
    }
    return new Pixels(in.width(), height, out);
  }

  private static int bytes(int width, int height) {
    return Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS);
  }

  /**
   * The input pixels {@code first, first + 1, …} that make one output pixel, with their weights.
   */
  private record Taps(int first, float[] weights) {
    byte mean(byte[] values, int start, int step) {
      float sum = 0;
      for (int i = 0; i < weights.length; i++)
        sum += weights[i] * (values[start + i * step] & 0xFF);
      return (byte) Math.min(255, (int) (sum + 0.5f));
    }
  }

  private static Taps[] taps(int in, int out) {
    double ratio = (double) in / out;
    double support = Math.max(1, ratio);
    Taps[] taps = new Taps[out];
    for (int i = 0; i < out; i++) {
      double center = (i + 0.5) * ratio;
      int first = Math.max(0, (int) Math.floor(center - support));
      int last = Math.min(in, (int) Math.ceil(center + support));
      taps[i] = taps(center, support, first, last);
    }
    return taps;
  }

  private static Taps taps(double center, double support, int first, int last) {
    double[] weights = new double[last - first];
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      weights[j] = Math.max(0, 1 - Math.abs(first + j + 0.5 - center) / support);
      sum += weights[j];
    }
    float[] normalised = new float[weights.length];
    for (int j = 0; j < weights.length; j++) normalised[j] = (float) (weights[j] / sum);
    return new Taps(first, normalised);
  }
}
