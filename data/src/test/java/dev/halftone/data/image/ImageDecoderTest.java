package dev.halftone.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageDecoderTest {
  @TempDir Path folder;

  private Pixels decoded(BufferedImage image, String format) throws IOException {
    Path file = folder.resolve("x." + format);
    assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    return ImageDecoder.decode(file);
  }

  @ParameterizedTest
  @CsvSource({
    BufferedImage.TYPE_BYTE_GRAY + ", png", BufferedImage.TYPE_USHORT_GRAY + ", png",
    BufferedImage.TYPE_BYTE_GRAY + ", bmp", BufferedImage.TYPE_BYTE_GRAY + ", jpg"
  })
  void grayKeepsItsStoredValues(int type, String format) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, type);
    int full = type == BufferedImage.TYPE_USHORT_GRAY ? 65535 : 255;
    for (int i = 0; i < 64; i++) image.getRaster().setSample(i % 8, i / 8, 0, full * 100 / 255);
    assertThat(decoded(image, format).values()).containsOnly(100);
  }

  @Test
  void alphaIsDropped() throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x80102030);
    assertThat(decoded(image, "png").values()).containsExactly(0x10, 0x20, 0x30);
  }

  @Test
  void paletteIsLookedUp() throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
    image.setRGB(0, 0, 0xFF336699);
    assertThat(decoded(image, "png").values()).containsExactly(0x33, 0x66, (byte) 0x99);
  }
}
