package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AugmentationTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "flip",
        "crop:3",
        "flip,crop:3,zoom:0.5,color:0.2,noise:0.1,mixup,cutmix",
        "mixup:0.4,cutmix:2.0"
      })
  void wordsAreReadAsTheyAreWritten(String text) {
    assertThat(Augmentation.parse(text).text()).isEqualTo(text);
  }

  @Test
  void aBareMixupIsEven() {
    assertThat(Augmentation.parse("mixup, cutmix"))
        .isEqualTo(new Augmentation(false, 0, 0, 0, 0, 1, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spin",
        "crop",
        "crop:1.5",
        "flip:2",
        "zoom",
        "zoom:",
        "mixup:",
        "mixup:x",
        "noise:",
        "",
        "none:1"
      })
  void otherWordsAreRefused(String text) {
    assertThatThrownBy(() -> Augmentation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no augmentation");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flip", "crop:2", "zoom:0.5", "color:0.1", "noise:0.1", "flip,mixup"})
  void isOfImages(String text) {
    Tensor words = Tensor.ofFloats(new float[5], 1, 5);
    Tensor image = Tensor.ofFloats(new float[48], 1, 3, 4, 4);
    Augmentation wanted = Augmentation.parse(text);
    assertThatThrownBy(() -> wanted.check(Map.of("x", words)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage("augmentation: " + text + ": no input is an image: {x=FLOAT32[1, 5]}");
    wanted.check(Map.of("x", words, "z", image));
    Augmentation.parse("mixup").check(Map.of("x", words));
    Augmentation.NONE.check(Map.of("x", words));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "crop:-1",
        "crop:65537",
        "crop:2000000000",
        "zoom:1",
        "zoom:-0.1",
        "zoom:NaN",
        "color:1.1",
        "noise:1e9",
        "mixup:0.01",
        "mixup:NaN",
        "cutmix:Infinity"
      })
  void numbersOutOfRangeAreRefused(String text) {
    assertThatThrownBy(() -> Augmentation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
  }

  private static Tensor image(Random random, long... shape) {
    float[] values = new float[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) values[i] = random.nextFloat() * 255;
    return Tensor.ofFloats(values, shape);
  }

  private static Tensor channelsLast(Tensor image) {
    int channels = (int) image.dimension(1);
    int pixels = (int) (image.dimension(2) * image.dimension(3));
    float[] from = image.toFloats();
    float[] to = new float[from.length];
    for (int c = 0; c < channels; c++)
      for (int i = 0; i < pixels; i++) to[i * channels + c] = from[c * pixels + i];
    return Tensor.ofFloats(to, 1, image.dimension(2), image.dimension(3), channels);
  }

  /** Noise has its own order of elements; all others do the same to both layouts. */
  @Test
  void bothLayoutsAreChangedAlike() {
    Augmentation all = Augmentation.parse("flip,crop:3,zoom:0.6,color:0.4");
    for (int seed = 0; seed < 50; seed++) {
      Tensor first = image(new Random(seed), 1, 3, 5 + seed % 4, 9);
      Tensor changed = all.apply(first, new Random(seed));
      Tensor last = all.apply(channelsLast(first), new Random(seed));
      assertThat(last.toFloats()).isEqualTo(channelsLast(changed).toFloats());
      assertThat(last.shape()).isEqualTo(channelsLast(first).shape());
    }
  }

  /** Nothing darker, brighter or undefined comes of zoom and color; the given image stays. */
  @Test
  void valuesStayInTheImagesRange() {
    Augmentation all = Augmentation.parse("crop:2,zoom:0.9,color:1");
    for (int seed = 0; seed < 50; seed++) {
      Tensor image = image(new Random(seed), 1, 6, 7, 1 + seed % 4);
      float[] before = image.toFloats();
      float[] sorted = image.toFloats();
      Arrays.sort(sorted);
      for (float value : all.apply(image, new Random(seed)).toFloats())
        assertThat(value).isBetween(sorted[0], sorted[sorted.length - 1]);
      assertThat(image.toFloats()).isEqualTo(before);
    }
  }

  @Test
  void aGreyImageStaysGrey() {
    float[] grey = new float[3 * 4 * 4];
    Arrays.fill(grey, 7);
    Augmentation all = Augmentation.parse("flip,crop:9,zoom:0.9,color:1,noise:5");
    Tensor image = Tensor.ofFloats(grey, 1, 3, 4, 4);
    assertThat(all.apply(image, new Random(1)).toFloats()).isEqualTo(grey);
  }

  @Test
  void whatIsNoImageStaysAsItIs() {
    Augmentation all = Augmentation.parse("flip,crop:1,zoom:0.5,color:0.1,noise:1");
    for (Tensor other :
        new Tensor[] {
          image(new Random(1), 1, 64, 24),
          image(new Random(1), 1, 8, 9, 9),
          Tensor.ofLongs(new long[9], 1, 1, 3, 3),
          Tensor.ofFloats(new float[0], 1, 3, 0, 4)
        }) assertThat(all.apply(other, new Random(2))).isSameAs(other);
  }

  /** Half of a ramp, enlarged, is a ramp of half the slope; the whole of it is itself. */
  @Test
  void aWindowIsEnlargedLinearly() {
    Picture ramp = Picture.of(Tensor.ofFloats(new float[] {0, 4, 8, 12}, 1, 1, 1, 4));
    assertThat(ramp.window(0, 0, 1, 1).tensor().toFloats()).containsExactly(0, 4, 8, 12);
    // Centres 0.25, 0.75, 1.25 and 1.75 behind the left edge at pixel 1, whose centre is at 1.5.
    assertThat(ramp.window(0, 0.25, 1, 0.5).tensor().toFloats()).containsExactly(3, 5, 7, 9);
    Picture column = Picture.of(Tensor.ofFloats(new float[] {0, 4, 8, 12}, 1, 1, 4, 1));
    assertThat(column.window(0.25, 0, 0.5, 1).tensor().toFloats()).containsExactly(3, 5, 7, 9);
  }
}
