package dev.halftone.data.image;

import dev.halftone.data.source.Strided;
import dev.halftone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * From a photo to the array that a model takes: {@code (pixel - mean) / scale} with pixels in 0 to
 * 255.
 *
 * @param mean one for each channel, in the order of {@code color}
 * @param scale likewise, never 0
 * @param padValue pixel value outside of a letterboxed photo; null gives zeros in the array itself
 */
public record Preprocessing(
    Resize resize,
    Color color,
    boolean channelsLast,
    float[] mean,
    float[] scale,
    @Nullable Float padValue) {
  /** Channels of the array and their order. */
  public enum Color {
    RGB,
    BGR,
    /** {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601). */
    GRAY;

    int channels() {
      return this == GRAY ? 1 : 3;
    }
  }

  /** [channels, height, width] or [height, width, channels] of FLOAT32. */
  Tensor apply(Pixels photo) {
    Placement place = resize.place(photo.width(), photo.height());
    Pixels scaled = TriangleFilter.resize(photo, place.photoWidth(), place.photoHeight());
    int channels = color.channels();
    float[] out = new float[channels * place.height() * place.width()];
    for (int channel = 0; channel < channels; channel++) plane(scaled, place, channel, out);
    Tensor planes = Tensor.ofFloats(out, channels, place.height(), place.width());
    return channelsLast ? Strided.transpose(planes, new int[] {1, 2, 0}) : planes;
  }

  private void plane(Pixels scaled, Placement place, int channel, float[] out) {
    float outside = padValue == null ? 0 : (padValue - mean[channel]) / scale[channel];
    int index = channel * place.height() * place.width();
    for (int y = 0; y < place.height(); y++) {
      int photoY = y - place.top();
      for (int x = 0; x < place.width(); x++) {
        int photoX = x - place.left();
        boolean inside =
            photoY >= 0 && photoY < scaled.height() && photoX >= 0 && photoX < scaled.width();
        out[index++] =
            inside
                ? (pixel(scaled, photoX, photoY, channel) - mean[channel]) / scale[channel]
                : outside;
      }
    }
  }

  private float pixel(Pixels scaled, int x, int y, int channel) {
    byte[] values = scaled.values();
    int at = (y * scaled.width() + x) * Pixels.CHANNELS;
    return switch (color) {
      case RGB -> values[at + channel] & 0xFF;
      case BGR -> values[at + 2 - channel] & 0xFF;
      case GRAY ->
          0.299f * (values[at] & 0xFF)
              + 0.587f * (values[at + 1] & 0xFF)
              + 0.114f * (values[at + 2] & 0xFF);
    };
  }
}
