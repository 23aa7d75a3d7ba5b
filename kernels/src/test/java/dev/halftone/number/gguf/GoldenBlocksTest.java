package dev.halftone.number.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every row of the manifest made with ggml: the bytes of all types, with and without importance,
 * and the values they come back as. Input {@code huge} overflows; of it only that it does no harm.
 */
class GoldenBlocksTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "gguf");

  private static final int COLUMNS = 1024;

  /** One line of the manifest. */
  private record Case(
      String input, String importance, BlockType type, int rows, String quantized, String values) {
    static Case of(String line) {
      String[] cells = line.split("\t");
      int rows = Integer.parseInt(cells[3]);
      return new Case(cells[0], cells[1], BlockType.valueOf(cells[2]), rows, cells[6], cells[8]);
    }

    String name() {
      return "%s of %s, importance %s, %d rows".formatted(type, input, importance, rows);
    }
  }

  private static List<Case> cases() throws IOException {
    Path manifest = FOLDER.resolve("manifest.tsv");
    assumeTrue(Files.exists(manifest), "golden/gguf/manifest.tsv is not there");
    return Files.readAllLines(manifest).stream()
        .filter(line -> !line.startsWith("#"))
        .map(Case::of)
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void theManifestHasTheType(BlockType type) throws IOException {
    assertThat(cases()).anyMatch(row -> row.type() == type && !row.input().equals("huge"));
  }

  @TestFactory
  Stream<DynamicTest> everyRowIsEqual() throws IOException {
    return cases().stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> check(row)));
  }

  private static void check(Case row) throws Exception {
    float[] x = input(row);
    float @Nullable [] weights =
        row.importance().equals("none") ? null : floats("imatrix-" + row.importance());
    if (row.quantized().equals("ABORT")) {
      assertThatThrownBy(() -> quantize(row.type(), x, weights))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(row.type().name());
      return;
    }
    byte[] blocks = quantize(row.type(), x, weights);
    float[] values = new float[x.length];
    row.type().dequantize(blocks, 0, values, 0, x.length);
    if (row.input().equals("huge")) return;
    assertThat(sha256(blocks)).as("blocks of %s", row.name()).isEqualTo(row.quantized());
    assertThat(sha256(bytes(values))).as("values of %s", row.name()).isEqualTo(row.values());
  }

  private static byte[] quantize(BlockType type, float[] x, float @Nullable [] weights) {
    byte[] out = new byte[Math.toIntExact(type.bytes(x.length))];
    int rowBytes = Math.toIntExact(type.bytes(COLUMNS));
    for (int row = 0; row < x.length / COLUMNS; row++) {
      type.quantize(x, row * COLUMNS, (row + 1) * COLUMNS, weights, out, row * rowBytes);
    }
    return out;
  }

  private static float[] input(Case row) throws IOException {
    float[] stored = floats("input-" + row.input());
    int size = row.rows() * COLUMNS;
    if (stored.length >= size) return Arrays.copyOf(stored, size);
    float[] generated = new float[size];
    for (int i = 0; i < size; i++) generated[i] = generate(row.input(), i);
    assertThat(Arrays.copyOf(generated, stored.length)).isEqualTo(stored);
    return generated;
  }

  private static float generate(String input, int i) {
    return switch (input) {
      case "gauss" -> (float) (0.02 * gauss(1, i));
      case "heavy" -> {
        double x = 0.02 * gauss(2, i) / (random(3, i) / 0x1p24 + 1.0 / 64);
        yield (float) (i % COLUMNS % 97 == 13 ? x * 20 : x);
      }
      default -> throw new IllegalArgumentException(input);
    };
  }

  private static double gauss(int seed, int i) {
    long sum = -6L << 24;
    for (int t = 0; t < 12; t++) sum += random(seed, 12L * i + t);
    return sum / 0x1p24;
  }

  private static long random(int seed, long k) {
    long z = seed + (k + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return (z ^ z >>> 31) >>> 40;
  }

  private static float[] floats(String name) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(FOLDER.resolve(name + ".f32.gz")))) {
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      float[] floats = new float[bytes.capacity() / 4];
      bytes.asFloatBuffer().get(floats);
      return floats;
    }
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
