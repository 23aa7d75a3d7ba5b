package dev.halftone.data.image;

import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.tensor;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessingTest {
  private static final ValueInfo ANY = input("x", DType.FLOAT32, "N", "C", "H", "W");

  @TempDir Path folder;

  /** Four columns by two lines; red counts columns in tens, green lines in hundreds, blue is 7. */
  @BeforeEach
  void photo() throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 4; x++) image.setRGB(x, y, (10 * x) << 16 | (100 * y) << 8 | 7);
    }
    Files.createDirectories(folder.resolve("photos"));
    ImageIO.write(image, "png", folder.resolve("photos/a.png").toFile());
  }

  private DataSet open(@Nullable String preprocess, ValueInfo input) {
    String file =
        preprocess == null || !preprocess.contains(":")
            ? preprocess
            : write(folder.resolve("p.yaml"), preprocess).toString();
    String data = folder.resolve("photos").toString();
    return DataSets.open(new DataRequest(data, null, null, file, 0, List.of(input), 0));
  }

  private Tensor image(String preprocess) {
    return tensor(open(preprocess, ANY), 0, "x");
  }

  @Test
  void colorsAsPlanesInTheOrderAskedFor() {
    Tensor rgb = image("resize: {width: 4, height: 2}");
    assertThat(rgb.shape()).containsExactly(1, 3, 2, 4);
    assertThat(rgb.toFloats())
        .containsExactly(
            0, 10, 20, 30, 0, 10, 20, 30, 0, 0, 0, 0, 100, 100, 100, 100, 7, 7, 7, 7, 7, 7, 7, 7);
    Tensor bgr = image("resize: {width: 4, height: 2}\ncolor: bgr");
    assertThat(bgr.toFloats(0, 8)).containsOnly(7);
    assertThat(bgr.toFloats(16, 4)).containsExactly(0, 10, 20, 30);
  }

  @Test
  void channelsLast() {
    Tensor image = image("resize: {width: 4, height: 2}\nlayout: nhwc");
    assertThat(image.shape()).containsExactly(1, 2, 4, 3);
    assertThat(image.toFloats(3 * 5, 3)).containsExactly(10, 100, 7);
  }

  @Test
  void grayIsTheWeightedSum() {
    Tensor image = image("resize: {width: 4, height: 2}\ncolor: gray");
    assertThat(image.shape()).containsExactly(1, 1, 2, 4);
    assertThat(image.floatAt(7)).isEqualTo(0.299f * 30 + 0.587f * 100 + 0.114f * 7);
  }

  @Test
  void meanThenScaleInTheOrderOfTheColors() {
    Tensor image =
        image("resize: {width: 4, height: 2}\ncolor: bgr\nmean: [1, 2, 3]\nscale: [2, 4, 8]");
    assertThat(image.floatAt(0)).isEqualTo((7 - 1) / 2f);
    assertThat(image.floatAt(23)).isEqualTo((30 - 3) / 8f);
  }

  @Test
  void cropTakesTheMiddle() {
    Tensor image = image("resize: {short-side: 2, crop: 2}");
    assertThat(image.toFloats(0, 4)).containsExactly(10, 20, 10, 20);
  }

  @Test
  void letterboxIsZeroOutsideUnlessAPaddingIsGiven() {
    String box = "resize: {letterbox: 4, place: center}\nmean: 5\n";
    assertThat(image(box).toFloats(0, 16))
        .containsExactly(0, 0, 0, 0, -5, 5, 15, 25, -5, 5, 15, 25, 0, 0, 0, 0);
    assertThat(image(box + "pad-value: 114").toFloats(0, 4)).containsOnly(109);
    assertThat(image("resize: {letterbox: 4}").toFloats(0, 4)).containsExactly(0, 10, 20, 30);
  }

  @Test
  void eachSideToAMultiple() {
    assertThat(image("resize: {multiple-of: 3}").shape()).containsExactly(1, 3, 3, 3);
  }

  @Test
  void namedPreprocessingTakesTheSizeOfTheModel() {
    DataSet data = open("signed", input("x", DType.FLOAT32, "N", 2, 2, 3));
    assertThat(data.warnings()).isEmpty();
    assertThat(tensor(data, 0, "x").floatAt(0)).isEqualTo((10 - 127.5f) / 127.5f);
  }

  @Test
  void withoutPreprocessingAGuessIsMadeAndSaid() {
    DataSet data = open(null, input("x", DType.FLOAT32, "N", 3, 2, 2));
    assertThat(tensor(data, 0, "x").toFloats(0, 2)).containsExactly(10 / 255f, 20 / 255f);
    assertThat(data.warnings()).singleElement().asString().contains("guessed", "2 x 2", "/ 255");
  }

  @Test
  void withoutAnySizeThereIsNothingToGuess() {
    assertThatThrownBy(() -> open(null, ANY))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("give a preprocessing file with resize");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'resize: {width: 4, height: 2}\n"
            + "colour: rgb' | line 2: key \"colour\" is not known, expected one of color, layout,"
            + " mean",
        "'resize: {width: 4, height: 2}\n"
            + "color: cmyk' | line 2: \"color\" is \"cmyk\", expected one of rgb, bgr, gray",
        "'resize: {width: 4}' | line 1: resize: expected {short-side, crop}",
        "'resize: {short-side: 2, crop: 3}' | \"crop\" is \"3\", expected at most short-side, 2",
        "'resize: {width: 4, height: 0}' | \"height\" is \"0\", expected a whole number from 1",
        "'resize: {width: 4, height: 2, crop: 1}' | key \"crop\" of \"resize\" is not known",
        "'resize: {width: 4, height: 2}\n"
            + "mean: [1, 2]' | \"mean\" is a list, expected 1 or 3 numbers",
        "'resize: {width: 4, height: 2}\nscale: 0' | expected numbers other than 0",
        "'resize: {width: 4, height: 2}\nscale: .nan' | expected a number",
        "'color: rgb' | key \"resize\" is missing",
        "'resize: [' | not YAML",
        "'resize: {width: 4, height: 2}\nresize: {width: 4, height: 2}' | a second time",
        "'color: &a rgb\nlayout: *a' | aliases",
      })
  void whatAPreprocessingFileMayNotSay(String text, String message) {
    assertThatThrownBy(() -> open(text, ANY))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("p.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void unknownName() {
    assertThatThrownBy(() -> open("imagine", ANY))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("expected a file or one of raw, signed, unit");
  }

  @Test
  void brokenImageIsNamed() throws IOException {
    byte[] whole = Files.readAllBytes(folder.resolve("photos/a.png"));
    write(folder.resolve("photos/b.png"), java.util.Arrays.copyOf(whole, whole.length - 30));
    write(folder.resolve("photos/c.jpg"), "no image at all");
    DataSet data = open("resize: {width: 4, height: 2}", ANY);
    assertThat(data.size()).isEqualTo(3);
    for (int row = 1; row < 3; row++) {
      int broken = row;
      assertThatThrownBy(() -> data.samples().get(broken))
          .isInstanceOf(MalformedDataException.class)
          .hasMessageContaining(broken == 1 ? "b.png" : "c.jpg");
    }
  }

  @Test
  void hugeImageIsRefusedByItsHeader() throws IOException {
    File file = folder.resolve("photos/0.png").toFile();
    ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", file);
    byte[] bytes = Files.readAllBytes(file.toPath());
    bytes[16] = 0x7F; // width, first byte
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(bytes, 12, 17);
    for (int i = 0; i < 4; i++) bytes[29 + i] = (byte) (crc.getValue() >> (24 - 8 * i));
    Files.write(file.toPath(), bytes);
    assertThatThrownBy(() -> open("resize: {width: 4, height: 2}", ANY))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("0.png")
        .hasMessageContaining("pixels, expected 1 to 100000000");
  }

  @Test
  void emptyFolder() throws IOException {
    Files.delete(folder.resolve("photos/a.png"));
    assertThatThrownBy(() -> open("resize: {width: 4, height: 2}", ANY))
        .isInstanceOf(MalformedDataException.class)
        .hasMessageContaining("photos");
  }
}
