package dev.halftone.train;

import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Random;

/**
 * Changes images at random in ways that leave what they show: so few become many. Only float inputs
 * of four axes are changed, channels being the axis of at most four, behind the batch or last.
 *
 * @param flip half of them are mirrored left to right
 * @param crop they are moved by up to so many pixels each way, edges repeated
 * @param noise what is added, as a share of the image's standard deviation: normally distributed
 */
public record Augmentation(boolean flip, int crop, double noise) {
  /** Nothing is changed. */
  public static final Augmentation NONE = new Augmentation(false, 0, 0);

  private static final int MOST_CHANNELS = 4;

  public Augmentation {
    if (crop < 0 || !(noise >= 0 && noise < 1000))
      throw new IllegalArgumentException("crop %d, noise %s".formatted(crop, noise));
  }

  /**
   * From words: {@code flip}, {@code crop:N}, {@code noise:X}, separated by commas.
   *
   * @throws IllegalArgumentException if a word is none of them
   */
  public static Augmentation parse(String text) {
    Augmentation all = NONE;
    for (String word : text.split(",")) {
      String[] parts = word.strip().split(":", 2);
      try {
        all =
            switch (parts[0]) {
              case "none" -> all;
              case "flip" -> new Augmentation(true, all.crop, all.noise);
              case "crop" -> new Augmentation(all.flip, Integer.parseInt(parts[1]), all.noise);
              case "noise" -> new Augmentation(all.flip, all.crop, Double.parseDouble(parts[1]));
              default -> throw new IllegalArgumentException();
            };
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new IllegalArgumentException(
            "'%s' is no augmentation: flip, crop:PIXELS, noise:SHARE or none".formatted(word), e);
      }
    }
    return all;
  }

  /** As {@link #parse} reads it. */
  public String text() {
    String words =
        (flip ? ",flip" : "")
            + (crop > 0 ? ",crop:" + crop : "")
            + (noise > 0 ? ",noise:" + noise : "");
    return words.isEmpty() ? "none" : words.substring(1);
  }

  /** Whether a tensor is taken for a batch of images. */
  public static boolean isImage(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT32
        && tensor.rank() == 4
        && (tensor.dimension(1) <= MOST_CHANNELS || tensor.dimension(3) <= MOST_CHANNELS);
  }

  /** One image, changed as the random numbers fall; itself when nothing is to be changed. */
  Tensor apply(Tensor image, Random random) {
    if (equals(NONE) || !isImage(image)) return image;
    boolean channelsFirst = image.dimension(1) <= MOST_CHANNELS;
    int channels = (int) image.dimension(channelsFirst ? 1 : 3);
    int height = (int) image.dimension(channelsFirst ? 2 : 1);
    int width = (int) image.dimension(channelsFirst ? 3 : 2);
    boolean mirrored = flip && random.nextBoolean();
    int down = crop == 0 ? 0 : random.nextInt(2 * crop + 1) - crop;
    int right = crop == 0 ? 0 : random.nextInt(2 * crop + 1) - crop;
    float[] old = image.toFloats();
    float[] changed = new float[old.length];
    for (int y = 0; y < height; y++) {
      int fromY = Math.clamp(y + down, 0, height - 1);
      for (int x = 0; x < width; x++) {
        int moved = Math.clamp(x + right, 0, width - 1);
        int fromX = mirrored ? width - 1 - moved : moved;
        for (int c = 0; c < channels; c++) {
          int to = channelsFirst ? (c * height + y) * width + x : (y * width + x) * channels + c;
          int from =
              channelsFirst
                  ? (c * height + fromY) * width + fromX
                  : (fromY * width + fromX) * channels + c;
          changed[to] = old[from];
        }
      }
    }
    if (noise > 0) addNoise(changed, random);
    return Tensor.ofFloats(changed, image.shape());
  }

  private void addNoise(float[] values, Random random) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double mean = sum / values.length;
    double deviation = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
    for (int i = 0; i < values.length; i++)
      values[i] += (float) (noise * deviation * random.nextGaussian());
  }
}
