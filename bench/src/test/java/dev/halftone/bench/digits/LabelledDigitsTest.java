package dev.halftone.bench.digits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabelledDigitsTest {
  /** The files that ship are the ones that the painter makes, on any system. */
  @Test
  void paintsTheSamplesThatShip(@TempDir Path folder) throws IOException {
    Path images = folder.resolve("images.gz");
    Path labels = folder.resolve("labels.gz");
    LabelledDigits.paint(MakeDigits.SAMPLES, MakeDigits.SAMPLES_SEED).write(images, labels);
    Path shipped = Path.of("..", "examples", "digits");
    assertThat(unpacked(images)).isEqualTo(unpacked(shipped.resolve("samples.idx.gz")));
    assertThat(unpacked(labels)).isEqualTo(unpacked(shipped.resolve("samples-labels.idx.gz")));
  }

  @Test
  void drawsEachDigitEquallyOften() {
    int[] count = new int[Strokes.DIGITS];
    for (int label : LabelledDigits.paint(50, 11).labels) count[label]++;
    assertThat(count).containsOnly(5);
  }

  @Test
  void everyWayToWriteLeavesInkInside() {
    DigitPainter painter = new DigitPainter(12);
    for (int i = 0; i < 300; i++) {
      int ink = 0;
      for (byte value : painter.paint(i % Strokes.DIGITS)) if ((value & 0xFF) > 80) ink++;
      assertThat(ink).as("bright pixels of image %d", i).isBetween(10, 400);
    }
  }

  private static byte[] unpacked(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return in.readAllBytes();
    }
  }
}
