package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decodes folders as the compressed-tensors layout is described, value by value, with nothing of
 * what wrote them: element {@code i} of a packed row is in bits {@code [i b, (i + 1) b)} of the row
 * read as one little-endian number, {@code 2^(b - 1)} more than the code.
 */
record CompressedTensors(SafetensorsModel model, JsonNode scheme, JsonNode config) {
  static CompressedTensors read(Path folder) {
    return of(
        SafetensorsModel.read(folder),
        JsonMapper.shared().readTree(folder.resolve("config.json")).get("quantization_config"));
  }

  /** Of one file, which tells in its metadata what folders tell in config.json. */
  static CompressedTensors readFile(Path file) {
    SafetensorsModel model = SafetensorsModel.read(file);
    String text = Objects.requireNonNull(model.metadata().get("quantization_config"));
    return of(model, JsonMapper.shared().readTree(text));
  }

  private static CompressedTensors of(SafetensorsModel model, JsonNode config) {
    assertThat(config.get("quant_method").asString()).isEqualTo("compressed-tensors");
    assertThat(config.get("quantization_status").asString()).isEqualTo("compressed");
    JsonNode group = config.at("/config_groups/group_0");
    assertThat(group.get("targets").get(0).asString()).isEqualTo("Linear");
    if (!group.get("input_activations").isNull())
      assertDynamic(group.get("input_activations"), group.get("weights"));
    return new CompressedTensors(model, group.get("weights"), config);
  }

  /** As the presets W8A8 and FP8_DYNAMIC of compressed-tensors have it. */
  private static void assertDynamic(JsonNode activations, JsonNode weights) {
    assertThat(activations.get("dynamic").asBoolean()).isTrue();
    assertThat(activations.get("strategy").asString()).isEqualTo("token");
    assertThat(activations.get("symmetric").asBoolean()).isTrue();
    assertThat(activations.get("observer").isNull()).isTrue();
    assertThat(activations.get("group_size").isNull()).isTrue();
    for (String same : new String[] {"num_bits", "type"})
      assertThat(activations.get(same)).isEqualTo(weights.get(same));
    assertThat(weights.get("dynamic").asBoolean()).isFalse();
  }

  boolean isDynamic() {
    return !config.at("/config_groups/group_0/input_activations").isNull();
  }

  Tensor tensor(String name) {
    return Objects.requireNonNull(model.tensors().get(name), name);
  }

  /** The matrix of a module, row by row. */
  float[] decode(String module) {
    return scheme.get("type").asString().equals("int") ? integers(module) : floats(module);
  }

  private float[] integers(String module) {
    if (isDynamic()) return bytes(module);
    assertThat(config.get("format").asString()).isEqualTo("pack-quantized");
    int bits = scheme.get("num_bits").asInt();
    Tensor packed = tensor(module + ".weight_packed");
    long[] shape = tensor(module + ".weight_shape").toLongs();
    int rows = (int) shape[0];
    int columns = (int) shape[1];
    assertThat(packed.dtype()).isEqualTo(DType.INT32);
    assertThat(packed.shape()).containsExactly(rows, columns * bits / 32);
    Tensor scales = tensor(module + ".weight_scale");
    int group = scheme.get("group_size").asInt(columns);
    assertThat(scheme.get("strategy").asString()).isEqualTo(group == columns ? "channel" : "group");
    int groups = columns / group;
    assertThat(scales.shape()).containsExactly(rows, groups);
    boolean symmetric = scheme.get("symmetric").asBoolean();
    Tensor zeroPoints = symmetric ? null : tensor(module + ".weight_zero_point");
    if (zeroPoints != null)
      assertThat(zeroPoints.shape()).containsExactly(rows * bits / 32, groups);
    float[] values = new float[rows * columns];
    int half = 1 << bits - 1;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int g = column / group;
        int code = bits(packed, (long) row * columns * bits + (long) column * bits, bits) - half;
        int zeroPoint = 0;
        if (zeroPoints != null) {
          long word = zeroPoints.longAt((long) (row * bits / 32) * groups + g);
          zeroPoint = (int) (word >>> row * bits % 32) & (1 << bits) - 1;
          zeroPoint -= half;
        }
        float scale = scales.floatAt((long) row * groups + g);
        values[row * columns + column] = (code - zeroPoint) * scale;
      }
    }
    return values;
  }

  /** Codes as bytes with a sign, a scale for each row. */
  private float[] bytes(String module) {
    assertThat(config.get("format").asString()).isEqualTo("int-quantized");
    assertThat(scheme.get("strategy").asString()).isEqualTo("channel");
    Tensor codes = tensor(module + ".weight");
    Tensor scales = tensor(module + ".weight_scale");
    assertThat(codes.dtype()).isEqualTo(DType.INT8);
    int rows = (int) codes.dimension(0);
    int columns = (int) codes.dimension(1);
    assertThat(scales.shape()).containsExactly(rows, 1);
    assertThat(model.tensors()).doesNotContainKeys(module + ".weight_shape");
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++)
      values[i] = codes.data().get(ValueLayout.JAVA_BYTE, i) * scales.floatAt(i / columns);
    return values;
  }

  /** A number of a tensor's bytes taken as one little-endian number. */
  private static int bits(Tensor tensor, long at, int bits) {
    int octet = tensor.data().get(ValueLayout.JAVA_BYTE, at / 8) & 0xFF;
    return octet >> at % 8 & (1 << bits) - 1;
  }

  private float[] floats(String module) {
    assertThat(config.get("format").asString()).isEqualTo("float-quantized");
    Tensor codes = tensor(module + ".weight");
    Tensor scales = tensor(module + ".weight_scale");
    assertThat(codes.dtype()).isEqualTo(DType.FLOAT8E4M3FN);
    int rows = (int) codes.dimension(0);
    int columns = (int) codes.dimension(1);
    boolean channel = scheme.get("strategy").asString().equals("channel");
    assertThat(scales.shape()).containsExactly(channel ? new long[] {rows, 1} : new long[] {1});
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++)
      values[i] = e4m3(bits(codes, 8L * i, 8)) * scales.floatAt(channel ? i / columns : 0);
    return values;
  }

  /** OCP 8-bit Floating Point Specification 1.0, table 1: bias 7, no infinities. */
  private static float e4m3(int code) {
    int exponent = code >> 3 & 15;
    int fraction = code & 7;
    assertThat(code & 0x7F).isNotEqualTo(0x7F);
    double magnitude =
        exponent == 0 ? fraction * 0x1p-9 : (8 + fraction) * Math.pow(2, exponent - 10);
    return (float) (code < 128 ? magnitude : -magnitude);
  }
}
