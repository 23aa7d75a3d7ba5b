package dev.halftone.train;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Changes samples at random, so that few become many. The original answers what it is shown, so it
 * is asked about the very samples that the trained model sees (Beyer et al., arXiv 2106.05237,
 * "consistent teaching"), and they may be changed further than labels would allow.
 *
 * <p>The first five change images: float inputs of four axes, channels being the axis of at most
 * four, behind the batch or last. Other inputs are left as they are by these, where there is one
 * that is an image. Each is drawn anew for every sample in every epoch, in the order below.
 *
 * @param flip half of them are mirrored left to right
 * @param crop they are moved by up to so many pixels each way, edges repeated
 * @param zoom a window of theirs is enlarged to the whole, bilinearly: its area is drawn evenly
 *     between {@code 1 - zoom} and 1, the ratio of its sides between 3/4 and 4/3 of the image's,
 *     its logarithm evenly (Szegedy et al., arXiv 1409.4842, section 6); a side is no longer than
 *     the image's; less than 1
 * @param color each channel {@code c} becomes {@code m + (c - m) * (1 + a) + b * d}, with its mean
 *     m, its standard deviation d, and a and b drawn evenly between {@code -color} and {@code
 *     color}, cut to the image's least and greatest value; at most 1
 * @param noise what is added, as a share of the image's standard deviation: normally distributed
 * @param mixup samples are mixed with the next of the batch as {@link MixedSample} says, by a share
 *     drawn from Beta(mixup, mixup); 0 for never, else from 0.1 to 100
 * @param cutmix images have a rectangle of the next one's; its share of the area is drawn from
 *     Beta(cutmix, cutmix) likewise. With mixup too, either of them befalls a sample as a coin
 *     falls
 */
public record Augmentation(
    boolean flip, int crop, double zoom, double color, double noise, double mixup, double cutmix) {
  private static final int MOST_PIXELS = 1 << 16;

  /** Nothing is changed. */
  public static final Augmentation NONE = new Augmentation(false, 0, 0, 0, 0, 0, 0);

  private static final double LEAST_ALPHA = 0.1;
  private static final double GREATEST_ALPHA = 100;

  public Augmentation {
    require(crop >= 0 && crop <= MOST_PIXELS, "crop", crop);
    require(zoom >= 0 && zoom < 1, "zoom", zoom);
    require(color >= 0 && color <= 1, "color", color);
    require(noise >= 0 && noise < 1000, "noise", noise);
    require(isAlpha(mixup), "mixup", mixup);
    require(isAlpha(cutmix), "cutmix", cutmix);
  }

  private static boolean isAlpha(double value) {
    return value == 0 || value >= LEAST_ALPHA && value <= GREATEST_ALPHA;
  }

  private static void require(boolean holds, String word, Number found) {
    if (!holds)
      throw new IllegalArgumentException(
          "augmentation: %s:%s is out of range".formatted(word, found));
  }

  /**
   * From words: {@code flip}, {@code crop:N}, {@code zoom:X}, {@code color:X}, {@code noise:X},
   * {@code mixup[:X]} and {@code cutmix[:X]}, 1 without a number, or {@code none}; separated by
   * commas.
   *
   * @throws IllegalArgumentException if a word is none of them, or its number out of range
   */
  public static Augmentation parse(String text) {
    Map<String, Double> amounts = new HashMap<>();
    for (String word : text.split(",")) {
      String[] parts = word.strip().split(":", 2);
      amounts.put(parts[0], amount(word, parts));
    }
    return new Augmentation(
        amounts.containsKey("flip"),
        amounts.getOrDefault("crop", 0.0).intValue(),
        amounts.getOrDefault("zoom", 0.0),
        amounts.getOrDefault("color", 0.0),
        amounts.getOrDefault("noise", 0.0),
        amounts.getOrDefault("mixup", 0.0),
        amounts.getOrDefault("cutmix", 0.0));
  }

  private static double amount(String word, String[] parts) {
    String number = parts.length == 1 ? "" : parts[1];
    try {
      return switch (parts[0]) {
        case "none", "flip" -> ifBare(number, 0);
        case "crop" -> Integer.parseInt(number);
        case "zoom", "color", "noise" -> Double.parseDouble(number);
        case "mixup", "cutmix" -> parts.length == 1 ? 1 : Double.parseDouble(number);
        default -> throw new NumberFormatException();
      };
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          ("'%s' is no augmentation: flip, crop:PIXELS, zoom:SHARE, color:SHARE, noise:SHARE,"
                  + " mixup[:ALPHA], cutmix[:ALPHA] or none")
              .formatted(word),
          e);
    }
  }

  private static double ifBare(String number, double amount) {
    if (!number.isEmpty()) throw new NumberFormatException(number);
    return amount;
  }

  /** As {@link #parse} reads it. */
  public String text() {
    String words =
        (flip ? ",flip" : "")
            + (crop > 0 ? ",crop:" + crop : "")
            + text("zoom", zoom)
            + text("color", color)
            + text("noise", noise)
            + (mixup == 1 ? ",mixup" : text("mixup", mixup))
            + (cutmix == 1 ? ",cutmix" : text("cutmix", cutmix));
    return words.isEmpty() ? "none" : words.substring(1);
  }

  private static String text(String word, double amount) {
    return amount > 0 ? "," + word + ":" + amount : "";
  }

  /** Whether samples are made of two. */
  public boolean mixes() {
    return mixup > 0 || cutmix > 0;
  }

  private boolean changesImages() {
    return flip || crop > 0 || zoom > 0 || color > 0 || noise > 0;
  }

  /**
   * Whether there is something that can be changed so.
   *
   * @param sample any
   * @throws UnsupportedModelException if images are to be changed and no input is one, or samples
   *     are to be mixed that cannot be
   */
  void check(Map<String, Tensor> sample) {
    if (changesImages() && sample.values().stream().noneMatch(Picture::is))
      throw new UnsupportedModelException(
          "augmentation", "%s: no input is an image: %s".formatted(text(), types(sample)));
    MixedSample.check(this, sample);
  }

  private static Map<String, String> types(Map<String, Tensor> sample) {
    Map<String, String> types = new TreeMap<>();
    sample.forEach(
        (name, value) -> types.put(name, value.dtype() + Arrays.toString(value.shape())));
    return types;
  }

  /** One image, changed as the random numbers fall; itself when nothing is to be changed. */
  Tensor apply(Tensor tensor, Random random) {
    if (!changesImages() || !Picture.is(tensor)) return tensor;
    Picture picture = Picture.of(tensor);
    boolean mirrored = flip && random.nextBoolean();
    int down = crop == 0 ? 0 : random.nextInt(2 * crop + 1) - crop;
    int right = crop == 0 ? 0 : random.nextInt(2 * crop + 1) - crop;
    picture = picture.moved(down, right, mirrored);
    if (zoom > 0) picture = picture.zoomed(zoom, random);
    if (color > 0) picture.recolor(color, random);
    if (noise > 0) picture.addNoise(noise, random);
    return picture.tensor();
  }
}
