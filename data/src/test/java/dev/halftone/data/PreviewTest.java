package dev.halftone.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.shape.Window;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.Preview;
import dev.halftone.tensor.Tensor;
import java.util.Collections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PreviewTest {
  @Test
  void longTextsAreCutAtAWholeCharacter() {
    assertThat(Preview.Words.of("short").text()).isEqualTo("short");
    assertThat(Preview.Words.of("a".repeat(500)).text())
        .hasSize(Preview.MOST_CHARACTERS + 1)
        .endsWith("…");
    String pairs = "a" + "\uD83D\uDE00".repeat(200);
    String cut = Preview.Words.of(pairs).text();
    assertThat(Character.isHighSurrogate(cut.charAt(cut.length() - 2))).isFalse();
  }

  @Test
  void aSoundIsItsPeaks() {
    float[] sound = new float[1000];
    sound[0] = -0.5f;
    sound[999] = 0.25f;
    Preview.Wave wave = Preview.Wave.of(sound);
    assertThat(wave.peaks()).hasSize(Preview.MOST_POINTS).startsWith(0.5f).endsWith(0.25f);
    assertThat(Preview.Wave.of(new float[0]).peaks()).isEmpty();
    assertThat(Preview.Wave.of(new float[] {-1, 2}).peaks()).containsExactly(1f, 2f);
  }

  /** Two sounds of five frames; the first window of each starts one frame before them. */
  @Test
  void aWindowOfASoundIsItsOwnPeaks() {
    Column sounds = column(5, true);
    Column windows = new Window(3, 2, 1, 0).of(sounds, "sounds");
    assertThat(windows.size()).isEqualTo(4);
    assertThat(windows.preview(2)).isEqualTo(Preview.Wave.of(new float[] {0, 10, 11}));
    assertThat(windows.preview(3)).isEqualTo(Preview.Wave.of(new float[] {11, 12, 13}));
    assertThat(Collections.singleton(new Window(3, 2, 1, 0).of(column(5, false), "x").preview(0)))
        .containsOnlyNulls();
  }

  private static Column column(int frames, boolean sound) {
    return new Column() {
      @Override
      public int size() {
        return 2;
      }

      @Override
      public Tensor get(int row) {
        float[] values = new float[frames];
        for (int i = 0; i < frames; i++) values[i] = 10 * row + i;
        return Tensor.ofFloats(values, frames);
      }

      @Override
      public @Nullable Preview preview(int row) {
        return sound ? Preview.Wave.of(get(row).toFloats()) : null;
      }
    };
  }

  @Test
  void anArrayOfThePictureShapeIsAPicture() {
    float[] values = new float[3 * 8 * 10];
    values[0] = -1;
    values[8 * 10] = 1;
    Preview.Picture picture =
        Objects.requireNonNull(ArrayPicture.of(Tensor.ofFloats(values, 1, 3, 8, 10)));
    assertThat(picture.width()).isEqualTo(10);
    assertThat(picture.height()).isEqualTo(8);
    // Least to greatest is black to white: zero lies in the middle.
    assertThat(picture.rgb()).startsWith(0, 255, 128);
  }

  @Test
  void channelsMayComeLastAndLargeArraysAreThinned() {
    Preview.Picture picture =
        Objects.requireNonNull(
            ArrayPicture.of(Tensor.ofFloats(new float[200 * 100], 1, 100, 200, 1)));
    assertThat(picture.width()).isEqualTo(50);
    assertThat(picture.height()).isEqualTo(25);
    assertThat(picture.rgb()).hasSize(3 * 50 * 25);
  }

  @Test
  void aLongStripKeepsALine() {
    Preview.Picture strip =
        Objects.requireNonNull(
            ArrayPicture.of(Tensor.ofFloats(new float[8 * 2000], 1, 1, 8, 2000)));
    assertThat(strip.height()).isEqualTo(1);
    assertThat(strip.rgb()).hasSize(3 * strip.width());
  }

  @Test
  void otherArraysAreNone() {
    assertThat(ArrayPicture.of(Tensor.ofFloats(new float[640], 1, 640))).isNull();
    assertThat(ArrayPicture.of(Tensor.ofFloats(new float[5 * 64], 1, 5, 8, 8))).isNull();
    assertThat(ArrayPicture.of(Tensor.ofFloats(new float[12], 1, 3, 2, 2))).isNull();
    assertThat(Collections.singleton(ArrayPicture.of(Tensor.ofLongs(new long[64], 1, 1, 8, 8))))
        .containsOnlyNulls();
  }
}
