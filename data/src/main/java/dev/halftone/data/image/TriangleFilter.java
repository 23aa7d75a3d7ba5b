package dev.halftone.data.image;

/**
 * Bilinear resizing with antialiasing. Output pixel {@code i} of a line is the weighted mean of the input pixels around {@code c =
 * (i + 0.5) * in / out}; pixel {@code j} weighs {@code max(0, 1 - |j + 0.5 - c| / s)} with {@code s = max(1, in / out)}, so that
 * shrinking averages everything that falls into a pixel and enlarging interpolates between two. Pixels outside are left out and the
 * weights sum to one. Lines are resized first across, then down, in floats without rounding in between.
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
    int channels = in.channels();
    float[] out = new float[Math.multiplyExact(Math.multiplyExact(width, in.height()), channels)];
    for (int y = 0; y < in.height(); y++) {
      int line = y * in.width() * channels;
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          int first = line + taps[x].first * channels + channel;
          out[(y * width + x) * channels + channel] = taps[x].sum(in.values(), first, channels);
        }
      }
    }
    return new Pixels(width, in.height(), channels, out);
  }

  private static Pixels down(Pixels in, int height) {
    Taps[] taps = taps(in.height(), height);
    int line = in.width() * in.channels();
    float[] out = new float[Math.multiplyExact(line, height)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < line; x++) {
        out[y * line + x] = taps[y].sum(in.values(), taps[y].first * line + x, line);
      }
    }
    return new Pixels(in.width(), height, in.channels(), out);
  }

  /** The input pixels {@code first, first + 1, …} that make one output pixel, with their weights. */
  private record Taps(int first, float[] weights) {
    float sum(float[] values, int start, int step) {
      float sum = 0;
      for (int i = 0; i < weights.length; i++) sum += weights[i] * values[start + i * step];
      return sum;
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
