package dev.halftone.data;

import static dev.halftone.data.TestData.bytes;
import static dev.halftone.data.TestData.floats;
import static dev.halftone.data.TestData.input;
import static dev.halftone.data.TestData.npy;
import static dev.halftone.data.TestData.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.BadInputException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged files of every kind: each is read, or refused with one of the errors that callers know.
 */
class HostileFilesTest {
  private static final int TRIALS = 400;

  record Case(String name, byte[] content, ValueInfo input) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    ValueInfo vector = input("x", DType.FLOAT32, "N", 2);
    ValueInfo photo = input("x", DType.FLOAT32, "N", 3, 4, 4);
    byte[] array = npy("<f4", false, "(2, 2)", floats(1, 2, 3, 4));
    byte[] idx = bytes(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 9, 8, 7, 255);
    return Stream.of(
        new Case("x.npy", array, vector),
        new Case("x.npz", zip("x.npy", array), vector),
        new Case("x.idx", idx, vector),
        new Case("x.idx.gz", gzip(idx), vector),
        new Case("x.csv", "label,a,b\n1,2,3\n0,\"4\",5\n".getBytes(StandardCharsets.UTF_8), vector),
        new Case("x.wav", wav(), vector),
        new Case("x.png", image("png"), photo),
        new Case("x.jpg", image("jpg"), photo),
        new Case("x.gif", image("gif"), photo),
        new Case("x.bmp", image("bmp"), photo),
        new Case("x.bin", new byte[3073], input("x", DType.FLOAT32, "N", 3, 32, 32)),
        new Case(
            "x.yaml",
            "inputs: {x: {random: 4, scale: 2}}\nrows: 0:3\ntask: classify\nlabel-offset: 1\n"
                .getBytes(StandardCharsets.UTF_8),
            vector));
  }

  private static byte[] zip(String name, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] wav() {
    byte[] file = new byte[48];
    byte[] header = "RIFF____WAVEfmt ".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(header, 0, file, 0, 16);
    byte[] format = bytes(16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0);
    System.arraycopy(format, 0, file, 16, 20);
    System.arraycopy("data".getBytes(StandardCharsets.US_ASCII), 0, file, 36, 4);
    file[40] = 4;
    return file;
  }

  private static byte[] image(String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(6, 5, BufferedImage.TYPE_INT_RGB), format, out);
    return out.toByteArray();
  }

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("cases")
  void damageIsReadOrRefused(Case good) {
    assertThat(outcome(good, good.content())).isEqualTo("read");
    Random random = new Random(good.name().hashCode());
    int refused = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      byte[] damaged = damaged(good.content(), random);
      String outcome = outcome(good, damaged);
      assertThat(outcome).as("trial %d of %s", trial, good).isIn("read", "refused");
      if (outcome.equals("refused")) refused++;
    }
    assertThat(refused).isPositive();
  }

  private static byte[] damaged(byte[] content, Random random) {
    byte[] damaged =
        random.nextInt(4) == 0
            ? Arrays.copyOf(content, random.nextInt(content.length))
            : content.clone();
    // Most formats keep what can lie in their first bytes.
    int reach = random.nextBoolean() ? Math.min(64, damaged.length) : damaged.length;
    for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
      damaged[random.nextInt(reach)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  private String outcome(Case kind, byte[] content) {
    Path file = write(folder.resolve(kind.name()), content);
    try {
      DataSet data =
          DataSets.open(
              new DataRequest(file.toString(), null, null, null, 0, List.of(kind.input()), 0));
      for (int row = 0; row < Math.min(100, data.size()); row++) data.samples().get(row);
      return "read";
    } catch (BadInputException | UncheckedIOException | LabelCountException e) {
      assertThat(e.getMessage()).isNotBlank();
      return "refused";
    } catch (RuntimeException | Error e) {
      return e.toString() + " at " + e.getStackTrace()[0] + " " + Arrays.toString(content);
    }
  }
}
