package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code quantize model.onnx --weights-from FOLDER}: products in ONNX Runtime have the bits of the
 * floats that packed weights stand for.
 */
class PackedBlocksTest {
  private static final String LAYER = "model.layers.0.";
  private static final List<String> MATRICES =
      List.of("self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj", "mlp.down_proj");

  @TempDir Path folder;

  private final Random random = new Random(31);

  @ParameterizedTest
  @CsvSource({
    "4, false, UINT4",
    "4, true, UINT4",
    "8, false, UINT8",
    "8, true, UINT8",
  })
  void gptqIsTakenToTheBit(int bits, boolean v2, DType type) throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), bits, false, v2);
    assertSame(path("packed"), floats(), type, 64);
  }

  @Test
  void awqIsTakenToTheBit() throws IOException {
    PackedLlama.awq(path("packed"), path("floats"));
    assertSame(path("packed"), floats(), DType.UINT4, 64);
  }

  /** Groups of a whole row become blocks of 128, with the same scale in each. */
  @ParameterizedTest
  @CsvSource({
    "int4, block:32, --asymmetric, UINT4, 32",
    "int4, block:128, --symmetric, INT4, 128",
    "int4, channel, --symmetric, INT4, 128",
    "int8, channel, --symmetric, INT8, 128",
    "int8, channel, --asymmetric, UINT8, 128",
    "int8, channel, --mode=dynamic, INT8, 128"
  })
  void compressedTensorsAreTakenToTheBit(
      String weights, String granularity, String option, DType type, int block) throws IOException {
    Path model = LlamaFolder.write(path("model"), 9, DType.FLOAT16);
    quantize(model, path("packed"), weights, granularity, option);
    CompressedTensors decoder = CompressedTensors.read(path("packed"));
    Map<String, Tensor> floats = new LinkedHashMap<>();
    for (String name : MATRICES)
      floats.put(name, Tensor.ofFloats(decoder.decode(LAYER + name), shape(name, model)));
    assertSame(path("packed"), floats, type, block);
  }

  @Test
  void oneFileDoesAsWell() throws IOException {
    Path model = LlamaFolder.write(path("model"), 9, DType.FLOAT16);
    quantize(model, path("one.safetensors"), "int4", "block:64", "--asymmetric");
    CompressedTensors decoder = CompressedTensors.readFile(path("one.safetensors"));
    Map<String, Tensor> floats = new LinkedHashMap<>();
    for (String name : MATRICES)
      floats.put(name, Tensor.ofFloats(decoder.decode(LAYER + name), shape(name, model)));
    assertSame(path("one.safetensors"), floats, DType.UINT4, 64);
  }

  /** Scales of 0, and negative ones; zero points at both ends. */
  @Test
  void oddScalesAndZeroPointsAreKept() throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), 4, false, true);
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(SafetensorsModel.read(path("packed")).tensors());
    Map<String, Tensor> floats = floats();
    String module = LAYER + "mlp.down_proj";
    Tensor scales = Objects.requireNonNull(tensors.get(module + ".scales"));
    byte[] bytes = scales.data().toArray(ValueLayout.JAVA_BYTE);
    int rows = (int) scales.dimension(1);
    float[] values = Objects.requireNonNull(floats.get("mlp.down_proj")).toFloats();
    for (int group = 0; group < scales.dimension(0); group++) {
      for (int row = 0; row < rows; row++) {
        int at = 2 * (group * rows + row);
        boolean zero = row % 7 == 0;
        boolean turned = row % 7 == 1;
        if (zero) Arrays.fill(bytes, at, at + 2, (byte) 0);
        if (turned) bytes[at + 1] ^= (byte) 0x80;
        for (int i = 0; i < 64; i++)
          values[row * 512 + group * 64 + i] *= zero ? 0 : turned ? -1 : 1;
      }
    }
    tensors.put(module + ".scales", Tensor.ofBytes(DType.FLOAT16, bytes, scales.shape()));
    SafetensorsWriter.writeModel(path("packed"), Map.of(), tensors, Long.MAX_VALUE);
    floats.put("mlp.down_proj", Tensor.ofFloats(values, 256, 512));
    assertSame(path("packed"), floats, DType.UINT4, 64);
  }

  @Test
  void whatHasNoBlocksIsRefusedWithTheReason() throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    Path model = onnx(floats());
    assertRefused(3, "groups of columns in any order, by g_idx", model, path("packed"));
    assertRefused(3, "nothing in it is quantized", model, path("floats"));
    assertRefused(2, "missing", model, path("missing"));
    Path plain = LlamaFolder.write(path("model"), 9, DType.FLOAT16);
    quantize(plain, path("fp8"), "fp8-e4m3", "channel", "--symmetric");
    assertRefused(3, "(FP8)", model, path("fp8"));
    PackedLlama.gptq(path("packed"), path("floats"), 4, false, false);
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(SafetensorsModel.read(path("packed")).tensors());
    tensors.replaceAll(
        (name, tensor) -> {
          if (!name.endsWith("qzeros")) return tensor;
          int[] all = new int[Math.toIntExact(tensor.count())];
          Arrays.fill(all, -1);
          return Tensor.ofInts(all, tensor.shape());
        });
    SafetensorsWriter.writeModel(path("packed"), Map.of(), tensors, Long.MAX_VALUE);
    assertRefused(3, "a zero point of 16, of 4 bits", model, path("packed"));
    assertThat(CommandRun.files(folder)).doesNotContain("out.onnx");
  }

  private void assertRefused(int code, String message, Path model, Path weights) {
    CommandRun run =
        CommandRun.of(
            "quantize", model, "--weights-from", weights, "-o", folder.resolve("out.onnx"));
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
  }

  /** In both forms. */
  private void assertSame(Path packed, Map<String, Tensor> floats, DType type, int block) {
    Path model = onnx(floats);
    for (String option : new String[] {"--external-data", "--matmul-nbits"}) {
      Path out = path(option + ".onnx");
      CommandRun run =
          CommandRun.of(
              "quantize", model, "--weights-from", packed, option, "-o", out, "--json", "-");
      assertThat(run.code()).as(run.err()).isZero();
      JsonNode json = JsonMapper.shared().readTree(run.out());
      assertThat(json.at("/recipe/weights").asString()).isEqualToIgnoringCase(type.name());
      assertThat(json.at("/recipe/granularity").asString()).isEqualTo("block:" + block);
      assertThat(json.get("warnings").valueStream().map(JsonNode::asString))
          .anyMatch(warning -> warning.contains("model.embed_tokens.weight (FLOAT16)"));
      assertProducts(
          BlocksQuantizeTest.exact(OnnxReader.read(out)), floats, option.equals("--matmul-nbits"));
    }
  }

  /** Products with the unit matrix, without rounding inputs to 8 bits, give the weights. */
  private static void assertProducts(Model made, Map<String, Tensor> floats, boolean packed) {
    String type = packed ? "MatMulNBits" : "DequantizeLinear";
    assertThat(made.graph().nodes().stream().filter(node -> node.opType().equals(type)))
        .hasSize(floats.size());
    Map<String, Tensor> inputs = Map.of("x256", unit(256), "x512", unit(512));
    try (RunnableModel runnable = RunnableModel.open(made, List.of(), RunOptions.asWritten())) {
      Map<String, Tensor> found = runnable.run(inputs);
      floats.forEach(
          (name, values) -> {
            float[] product = Objects.requireNonNull(found.get("y_" + name)).toFloats();
            float[] expected = turned(values);
            for (int i = 0; i < expected.length; i++) expected[i] += 0f; // No zero is negative.
            for (int i = 0; i < product.length; i++) product[i] += 0f;
            assertThat(product).as(name).isEqualTo(expected);
          });
    }
  }

  private Map<String, Tensor> floats() {
    Map<String, Tensor> floats = new LinkedHashMap<>();
    SafetensorsModel model = SafetensorsModel.read(path("floats"));
    for (String name : MATRICES)
      floats.put(name, Objects.requireNonNull(model.tensors().get(LAYER + name + ".weight")));
    return floats;
  }

  private static long[] shape(String name, Path original) {
    return Objects.requireNonNull(
            SafetensorsModel.read(original).tensors().get(LAYER + name + ".weight"))
        .shape();
  }

  private static void quantize(
      Path model, Path out, String weights, String granularity, String option) {
    CommandRun run =
        CommandRun.of(
            "quantize",
            model,
            "-o",
            out,
            "--weights",
            weights,
            "--granularity",
            granularity,
            option);
    assertThat(run.code()).as(run.err()).isZero();
  }

  /** A product for each matrix, whose weight is near it, as before it was quantized. */
  private Path onnx(Map<String, Tensor> floats) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    List<ValueInfo> outputs = new ArrayList<>();
    floats.forEach(
        (name, values) -> {
          float[] near = turned(values);
          for (int i = 0; i < near.length; i++) near[i] += 0.02f * (float) random.nextGaussian();
          long rows = values.dimension(0);
          long columns = values.dimension(1);
          weights.put("w_" + name, Tensor.ofFloats(near, columns, rows));
          nodes.add(
              Node.of(
                  "node_" + name,
                  "MatMul",
                  List.of("x" + columns, "w_" + name),
                  List.of("y_" + name)));
          outputs.add(new ValueInfo("y_" + name, null));
        });
    Graph graph =
        new Graph(
            "g",
            nodes,
            weights,
            Stream.of(256, 512)
                .map(size -> new ValueInfo("x" + size, TensorType.fixed(DType.FLOAT32, size, size)))
                .toList(),
            outputs,
            List.of(),
            Opaque.NONE);
    Path file = path("model.onnx");
    Model model =
        new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
    OnnxWriter.write(model, file, ExternalData.WHEN_NEEDED);
    return file;
  }

  private static Tensor unit(int size) {
    float[] unit = new float[size * size];
    for (int i = 0; i < size; i++) unit[i * size + i] = 1;
    return Tensor.ofFloats(unit, size, size);
  }

  private static float[] turned(Tensor matrix) {
    int rows = (int) matrix.dimension(0);
    int columns = (int) matrix.dimension(1);
    float[] values = matrix.toFloats();
    float[] turned = new float[values.length];
    for (int n = 0; n < rows; n++)
      for (int k = 0; k < columns; k++) turned[k * rows + n] = values[n * columns + k];
    return turned;
  }

  private Path path(String name) {
    return folder.resolve(name);
  }
}
