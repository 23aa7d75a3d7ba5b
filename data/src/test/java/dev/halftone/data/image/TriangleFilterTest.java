package dev.halftone.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TriangleFilterTest {
  private static Pixels line(int... reds) {
    byte[] values = new byte[reds.length * 3];
    for (int x = 0; x < reds.length; x++) values[3 * x] = (byte) reds[x];
    return new Pixels(reds.length, 1, values);
  }

  private static int[] reds(Pixels pixels) {
    int[] reds = new int[pixels.width() * pixels.height()];
    for (int i = 0; i < reds.length; i++) reds[i] = pixels.values()[3 * i] & 0xFF;
    return reds;
  }

  @Test
  void theSameSizeIsTheSamePicture() {
    Pixels line = line(1, 2, 3);
    assertThat(TriangleFilter.resize(line, 3, 1)).isSameAs(line);
  }

  @Test
  void enlargingInterpolates() {
    // Centres at 0.25, 0.75, 1.25, 1.75 of pixels at 0.5 and 1.5.
    assertThat(reds(TriangleFilter.resize(line(0, 100), 4, 1))).containsExactly(0, 25, 75, 100);
  }

  @Test
  void shrinkingByTwoWeighsFourNeighbours() {
    // Inside: weights 1/8 3/8 3/8 1/8; at the border the outer one is left out: 3/7 3/7 1/7.
    assertThat(reds(TriangleFilter.resize(line(0, 70, 140, 210, 0, 0), 3, 1)))
        .containsExactly(50, 140, 30);
  }

  @Test
  void bothAxesAgree() {
    byte[] column = new byte[6 * 3];
    int[] reds = {0, 70, 140, 210, 0, 0};
    for (int y = 0; y < 6; y++) column[3 * y] = (byte) reds[y];
    assertThat(reds(TriangleFilter.resize(new Pixels(1, 6, column), 1, 3)))
        .containsExactly(50, 140, 30);
  }

  @Test
  void whiteStaysWhite() {
    int[] white = new int[333];
    java.util.Arrays.fill(white, 255);
    for (int width : new int[] {1, 2, 7, 97, 332, 500}) {
      assertThat(reds(TriangleFilter.resize(line(white), width, 1))).containsOnly(255);
    }
  }
}
