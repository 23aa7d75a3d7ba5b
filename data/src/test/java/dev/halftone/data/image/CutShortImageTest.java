package dev.halftone.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedDataException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutShortImageTest {
  @TempDir private Path folder;

  @Test
  void jpegWithoutItsEndIsBroken() throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(7);
    for (int i = 0; i < 64 * 64; i++) image.setRGB(i % 64, i / 64, random.nextInt());
    Path whole = folder.resolve("whole.jpg");
    ImageIO.write(image, "jpg", whole.toFile());
    assertThat(ImageDecoder.decode(whole).width()).isEqualTo(64);
    byte[] bytes = Files.readAllBytes(whole);
    Path half = folder.resolve("half.jpg");
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> ImageDecoder.decode(half))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("half.jpg")
        .hasMessageContaining("end-of-image");
  }
}
