package dev.halftone.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every code and every rounding sample of the tables made with ml_dtypes, ONNX and ONNX Runtime:
 * ties, overflow, NaN, subnormals. A NaN counts as equal to any NaN where the format has several.
 */
class GoldenFloatsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "floats");

  private static final Map<String, NumberFormat> FORMATS =
      Map.of(
          "e4m3fn", FloatFormat.E4M3,
          "e4m3fnuz", FloatFormat.E4M3FNUZ,
          "e5m2", FloatFormat.E5M2,
          "e5m2fnuz", FloatFormat.E5M2FNUZ,
          "e2m3", FloatFormat.E2M3,
          "e3m2", FloatFormat.E3M2,
          "e2m1", FloatFormat.E2M1,
          "e8m0", ExponentFormat.E8M0);

  private static List<String[]> rows(String file) throws IOException {
    assumeTrue(Files.exists(FOLDER.resolve(file)), "golden/floats/" + file + " is not there");
    return Files.readAllLines(FOLDER.resolve(file)).stream().map(row -> row.split(",")).toList();
  }

  private static float bits(String hex) {
    return Float.intBitsToFloat(Integer.parseUnsignedInt(hex, 16));
  }

  @Test
  void everyCodeDecodes() throws IOException {
    List<String[]> rows = rows("decode.csv");
    for (String[] row : rows.subList(1, rows.size())) {
      NumberFormat format = Objects.requireNonNull(FORMATS.get(row[0]), row[0]);
      float value = format.decode(Integer.parseInt(row[1]));
      assertThat(Float.floatToIntBits(value))
          .as("%s code %s", row[0], row[1])
          .isEqualTo(Integer.parseUnsignedInt(row[2], 16));
    }
    assertThat(rows).hasSize(1 + 5 * 256 + 2 * 64 + 16);
  }

  @Test
  void every16BitCodeDecodes() throws Exception {
    rows("decode.csv");
    assertThat(digest(WideFloatFormat.FP16))
        .isEqualTo("385ff5fe69182797cda5f1827e20cf423f4416bc9246f27d0eec27cac9039259");
    assertThat(digest(WideFloatFormat.BF16))
        .isEqualTo("f12e27efe34841dfd6391497b86f389096b03a376586e1d9691bba0a8de3980a");
  }

  private static String digest(WideFloatFormat format) throws Exception {
    ByteBuffer values = ByteBuffer.allocate(4 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int code = 0; code < 1 << 16; code++)
      values.putInt(Float.floatToIntBits(format.decode(code)));
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(values.array()));
  }

  @TestFactory
  Stream<DynamicTest> everySampleEncodes() {
    return Stream.of(
        samples("e4m3fn", "onnx_sat", FloatFormat.E4M3, true),
        samples("e4m3fn", "onnx_nosat", FloatFormat.E4M3, false),
        samples("e4m3fnuz", "onnx_sat", FloatFormat.E4M3FNUZ, true),
        samples("e4m3fnuz", "onnx_nosat", FloatFormat.E4M3FNUZ, false),
        samples("e5m2", "onnx_sat", FloatFormat.E5M2, true),
        samples("e5m2", "onnx_nosat", FloatFormat.E5M2, false),
        samples("e5m2fnuz", "onnx_sat", FloatFormat.E5M2FNUZ, true),
        samples("e5m2fnuz", "onnx_nosat", FloatFormat.E5M2FNUZ, false),
        samples("e2m3", "mldtypes", FloatFormat.E2M3, true),
        samples("e2m3", "mldtypes", FloatFormat.E2M3, false),
        samples("e3m2", "mldtypes", FloatFormat.E3M2, true),
        samples("e3m2", "mldtypes", FloatFormat.E3M2, false),
        samples("e2m1", "onnx", FloatFormat.E2M1, true),
        samples("e2m1", "onnx", FloatFormat.E2M1, false),
        samples("e8m0", "onnx_nearest_sat", ExponentFormat.E8M0, true),
        samples("e8m0", "onnx_nearest_nosat", ExponentFormat.E8M0, false),
        samples("f16", "onnx", WideFloatFormat.FP16, false),
        samples("bf16", "onnx", WideFloatFormat.BF16, false));
  }

  private static DynamicTest samples(
      String file, String column, NumberFormat format, boolean saturate) {
    return DynamicTest.dynamicTest(
        format.name() + " as " + column + (saturate ? ", saturating" : ""),
        () -> {
          List<String[]> rows = rows("encode-" + file + ".csv");
          float[] x = new float[rows.size() - 1];
          for (int i = 0; i < x.length; i++) x[i] = bits(rows.get(i + 1)[0]);
          int[] bulk = bulk(format, x, saturate);
          int at = List.of(rows.getFirst()).indexOf(column);
          for (int i = 0; i < x.length; i++) {
            String[] row = rows.get(i + 1);
            int expected = Integer.parseInt(row[at]);
            assertCode(format, row[0], format.encode(x[i], saturate), expected);
            assertCode(format, row[0] + " in bulk", bulk[i], expected);
          }
        });
  }

  private static void assertCode(NumberFormat format, String sample, int code, int expected) {
    // Which of its 1023 NaNs a half becomes is for the CPU to say.
    boolean bothNaN =
        format.bits() == 16
            && Float.isNaN(format.decode(code))
            && Float.isNaN(format.decode(expected));
    if (!bothNaN) assertThat(code).as(sample).isEqualTo(expected);
  }

  private static int[] bulk(NumberFormat format, float[] x, boolean saturate) {
    int[] codes = new int[x.length];
    if (format.bits() == 16) {
      short[] shorts = new short[x.length];
      format.encode(x, 0, x.length, 1f, saturate, shorts, 0);
      for (int i = 0; i < x.length; i++) codes[i] = shorts[i] & 0xFFFF;
    } else {
      byte[] bytes = new byte[x.length];
      format.encode(x, 0, x.length, 1f, saturate, bytes, 0);
      for (int i = 0; i < x.length; i++) codes[i] = bytes[i] & 0xFF;
    }
    return codes;
  }

  @TestFactory
  Stream<DynamicTest> everySampleBecomesAPowerOfTwo() {
    return Stream.of(PowerOfTwo.values())
        .flatMap(rounding -> Stream.of(powers(rounding, true), powers(rounding, false)));
  }

  private static DynamicTest powers(PowerOfTwo rounding, boolean saturate) {
    String direction =
        switch (rounding) {
          case ROUND -> "nearest";
          case CEIL -> "up";
          case FLOOR -> "down";
        };
    String column = "onnx_" + direction + (saturate ? "_sat" : "_nosat");
    return codes(
        "encode-e8m0.csv",
        column,
        x -> ExponentFormat.E8M0.encode(Float.intBitsToFloat(x), rounding, saturate));
  }

  @TestFactory
  Stream<DynamicTest> levelsOfBitsAndBytes() {
    return Stream.of(LevelFormat.FP4, LevelFormat.NF4)
        .flatMap(
            format ->
                Stream.of(
                    codes(
                        "bnb4-ort.csv", format.name(), x -> format.encode(Float.intBitsToFloat(x))),
                    codes(
                        "bnb4-ort.csv",
                        format.name(),
                        x -> amongOthers(format, Float.intBitsToFloat(x)))));
  }

  /** The code of a number in the middle of as many as fill any register. */
  private static int amongOthers(NumberFormat format, float value) {
    float[] x = new float[33];
    x[16] = value;
    return bulk(format, x, true)[16];
  }

  private static DynamicTest codes(String file, String column, IntUnaryOperator encode) {
    return DynamicTest.dynamicTest(
        column,
        () -> {
          List<String[]> rows = rows(file);
          int at = List.of(rows.getFirst()).indexOf(column);
          for (String[] row : rows.subList(1, rows.size())) {
            assertThat(encode.applyAsInt(Integer.parseUnsignedInt(row[0], 16)))
                .as(row[0])
                .isEqualTo(Integer.parseInt(row[at]));
          }
        });
  }
}
