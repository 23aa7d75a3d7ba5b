package dev.halftone.train;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Random;

/** An image with its channels first or last, and ways to change it. */
final class Picture {
  private static final int MOST_CHANNELS = 4;

  /** Logarithm of the greatest ratio that a window's sides have to the image's. */
  private static final double LOG_RATIO = StrictMath.log(4.0 / 3);

  private final float[] values;
  private final int channels;
  private final int height;
  private final int width;
  private final boolean channelsFirst;

  private Picture(float[] values, int channels, int height, int width, boolean channelsFirst) {
    this.values = values;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.channelsFirst = channelsFirst;
  }

  /** Whether a tensor is taken for an image. */
  static boolean is(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32
        && tensor.rank() == 4
        && tensor.dimension(0) == 1
        && tensor.count() > 0
        && (tensor.dimension(1) <= MOST_CHANNELS || tensor.dimension(3) <= MOST_CHANNELS);
  }

  /** A copy of it. */
  static Picture of(Tensor image) {
    boolean first = image.dimension(1) <= MOST_CHANNELS;
    return new Picture(
        image.toFloats(),
        (int) image.dimension(first ? 1 : 3),
        (int) image.dimension(first ? 2 : 1),
        (int) image.dimension(first ? 3 : 2),
        first);
  }

  Tensor tensor() {
    return channelsFirst
        ? Tensor.ofFloats(values, 1, channels, height, width)
        : Tensor.ofFloats(values, 1, height, width, channels);
  }

  private int at(int channel, int y, int x) {
    return channelsFirst
        ? (channel * height + y) * width + x
        : (y * width + x) * channels + channel;
  }

  private Picture empty() {
    return new Picture(new float[values.length], channels, height, width, channelsFirst);
  }

  /** Shows what lies so many pixels further down and right, edges repeated. */
  Picture moved(int down, int right, boolean mirrored) {
    Picture moved = empty();
    for (int y = 0; y < height; y++) {
      int fromY = Math.clamp((long) y + down, 0, height - 1);
      for (int x = 0; x < width; x++) {
        int column = Math.clamp((long) x + right, 0, width - 1);
        int fromX = mirrored ? width - 1 - column : column;
        for (int c = 0; c < channels; c++) moved.values[at(c, y, x)] = values[at(c, fromY, fromX)];
      }
    }
    return moved;
  }

  /** Enlarges a window that is drawn as {@link Augmentation#zoom} says. */
  Picture zoomed(double zoom, Random random) {
    double area = 1 - zoom * random.nextDouble();
    double ratio = StrictMath.exp(LOG_RATIO * (2 * random.nextDouble() - 1));
    double high = Math.min(1, Math.sqrt(area / ratio));
    double wide = Math.min(1, Math.sqrt(area * ratio));
    double top = random.nextDouble() * (1 - high);
    double left = random.nextDouble() * (1 - wide);
    return window(top, left, high, wide);
  }

  /**
   * Enlarges a window to the whole: each pixel's centre is looked up between the centres of the
   * four around it.
   *
   * @param top all four as shares of the image's sides
   */
  Picture window(double top, double left, double high, double wide) {
    Picture whole = empty();
    for (int y = 0; y < height; y++) {
      double fromY = Math.clamp(top * height + (y + 0.5) * high - 0.5, 0, height - 1.0);
      for (int x = 0; x < width; x++) {
        double fromX = Math.clamp(left * width + (x + 0.5) * wide - 0.5, 0, width - 1.0);
        for (int c = 0; c < channels; c++) whole.values[at(c, y, x)] = between(c, fromY, fromX);
      }
    }
    return whole;
  }

  private float between(int channel, double y, double x) {
    int above = (int) y;
    int before = (int) x;
    int below = Math.min(above + 1, height - 1);
    int behind = Math.min(before + 1, width - 1);
    double down = y - above;
    double right = x - before;
    double upper =
        values[at(channel, above, before)] * (1 - right)
            + values[at(channel, above, behind)] * right;
    double lower =
        values[at(channel, below, before)] * (1 - right)
            + values[at(channel, below, behind)] * right;
    return (float) (upper * (1 - down) + lower * down);
  }

  /** Changes contrast and brightness of each channel as {@link Augmentation#color} says. */
  void recolor(double color, Random random) {
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    for (int c = 0; c < channels; c++) {
      double contrast = 1 + color * (2 * random.nextDouble() - 1);
      double brightness = color * (2 * random.nextDouble() - 1);
      recolor(c, contrast, brightness, least, greatest);
    }
  }

  private void recolor(
      int channel, double contrast, double brightness, float least, float greatest) {
    int pixels = height * width;
    int first = at(channel, 0, 0);
    int step = channelsFirst ? 1 : channels;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < pixels; i++) {
      double value = values[first + i * step];
      sum += value;
      squares += value * value;
    }
    double mean = sum / pixels;
    double shift = brightness * deviation(mean, squares, pixels);
    for (int i = 0; i < pixels; i++) {
      int at = first + i * step;
      float changed = (float) (mean + (values[at] - mean) * contrast + shift);
      values[at] = Math.max(least, Math.min(greatest, changed));
    }
  }

  void addNoise(double noise, Random random) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double deviation = deviation(sum / values.length, squares, values.length);
    for (int i = 0; i < values.length; i++)
      values[i] += (float) (noise * deviation * random.nextGaussian());
  }

  private static double deviation(double mean, double squares, int count) {
    return Math.sqrt(Math.max(0, squares / count - mean * mean));
  }

  /**
   * Takes a rectangle of another image of the same shape. Its sides are the image's times the root
   * of the share, its centre is drawn evenly, and what sticks out of the image is cut off (Yun et
   * al., arXiv 1905.04899, eq. 2).
   *
   * @return the share of the area that was taken
   */
  double paste(Picture other, double share, Random random) {
    double side = Math.sqrt(share);
    int high = (int) Math.rint(height * side);
    int wide = (int) Math.rint(width * side);
    int top = random.nextInt(height) - high / 2;
    int left = random.nextInt(width) - wide / 2;
    int bottom = Math.min(height, top + high);
    int right = Math.min(width, left + wide);
    top = Math.max(0, top);
    left = Math.max(0, left);
    for (int y = top; y < bottom; y++)
      for (int x = left; x < right; x++)
        for (int c = 0; c < channels; c++) values[at(c, y, x)] = other.values[at(c, y, x)];
    return (double) (bottom - top) * (right - left) / ((double) height * width);
  }
}
