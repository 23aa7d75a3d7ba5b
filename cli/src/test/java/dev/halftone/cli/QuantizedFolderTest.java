package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.TensorType;
import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code quantize} of folders whose weights are quantized already. */
class QuantizedFolderTest {
  private static final String DOWN = "model.layers.0.mlp.down_proj";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "4, false, false",
    "4, true, false",
    "4, false, true",
    "8, true, true",
    "8, false, false"
  })
  void gptqIsReadAsItsFloats(int bits, boolean ordered, boolean v2) throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), bits, ordered, v2);
    assertSameFloats();
  }

  @Test
  void gptqOfAnOlderFolderHasItsConfigBeside() throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), 4, false, false);
    Path config = path("packed").resolve("config.json");
    String text = Files.readString(config);
    int at = text.indexOf(", \"quantization_config\": ");
    String inner = text.substring(text.indexOf('{', at), text.length() - 1);
    Files.writeString(config, text.substring(0, at) + "}");
    Files.writeString(path("packed").resolve("quantize_config.json"), inner);
    assertSameFloats();
  }

  @Test
  void awqIsReadAsItsFloats() throws IOException {
    PackedLlama.awq(path("packed"), path("floats"));
    assertSameFloats();
  }

  @ParameterizedTest
  @CsvSource({
    "int4, block:64, --asymmetric",
    "int4, channel, --symmetric",
    "int8, block:32, --symmetric",
    "int8, channel, --asymmetric",
    "fp8-e4m3, channel, --symmetric",
    "fp8-e4m3, tensor, --symmetric",
    "int8, channel, --mode=dynamic",
    "fp8-e4m3, channel, --mode=dynamic"
  })
  void compressedTensorsAreReadAsTheyWereWritten(
      String weights, String granularity, String symmetry) throws IOException {
    Path model = LlamaFolder.write(path("model"), 9, DType.FLOAT32);
    Object[] options = {"--weights", weights, "--granularity", granularity, symmetry};
    CommandRun run =
        CommandRun.of(
            "quantize",
            model,
            "-o",
            path("packed"),
            options[0],
            options[1],
            options[2],
            options[3],
            options[4]);
    assertThat(run.code()).as(run.err()).isZero();
    CompressedTensors decoder = CompressedTensors.read(path("packed"));
    SequencedMap<String, Tensor> floats =
        new LinkedHashMap<>(SafetensorsModel.read(model).tensors());
    floats.replaceAll(
        (name, tensor) ->
            name.contains("_proj")
                ? Tensor.ofFloats(decoder.decode(name.replace(".weight", "")), tensor.shape())
                : tensor);
    Files.createDirectory(path("floats"));
    Files.copy(model.resolve("config.json"), path("floats").resolve("config.json"));
    SafetensorsWriter.writeModel(path("floats"), Map.of(), floats, Long.MAX_VALUE);
    assertSameFloats();
  }

  /** Through F32 files, and through a mixture, which has to come out the same from both. */
  private void assertSameFloats() {
    for (String type : new String[] {"F32", "Q4_K_M"}) {
      Gguf packed = Gguf.read(gguf("packed", type));
      Gguf floats = Gguf.read(gguf("floats", type));
      assertThat(packed.tensors().keySet()).isEqualTo(floats.tensors().keySet());
      for (GgufTensor tensor : packed.tensors().values()) {
        GgufTensor other = Objects.requireNonNull(floats.tensors().get(tensor.name()));
        assertThat(tensor.info()).isEqualTo(other.info());
        assertThat(tensor.data().mismatch(other.data())).as(tensor.name()).isEqualTo(-1);
      }
    }
  }

  @Test
  void floatsAreRoundedToTheTypeOfTheScales() throws IOException {
    PackedLlama.awq(path("packed"), path("floats"));
    Gguf halves = Gguf.read(gguf("packed", "F16"));
    Gguf floats = Gguf.read(gguf("packed", "F32"));
    GgufTensor tensor = Objects.requireNonNull(halves.tensors().get("blk.0.ffn_down.weight"));
    assertThat(tensor.type()).isEqualTo(TensorType.ofName("F16").orElseThrow());
    float[] exact =
        Objects.requireNonNull(floats.tensors().get(tensor.name()))
            .tensor()
            .orElseThrow()
            .toFloats();
    for (int i = 0; i < exact.length; i++)
      exact[i] = Float.float16ToFloat(Float.floatToFloat16(exact[i]));
    assertThat(tensor.tensor().orElseThrow().toFloats()).isEqualTo(exact);
  }

  @Test
  void dequantizeMakesAFolderWithFloats() throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    Files.writeString(path("packed").resolve("tokenizer_config.json"), "{}");
    CommandRun run = CommandRun.of("dequantize", path("packed"), "-o", path("made"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("7 matrices of GPTQ, 4 bits");
    assertThat(CommandRun.files(path("made")))
        .containsExactly("config.json", "model.safetensors", "tokenizer_config.json");
    SequencedMap<String, Tensor> expected = SafetensorsModel.read(path("floats")).tensors();
    SequencedMap<String, Tensor> made = SafetensorsModel.read(path("made")).tensors();
    assertThat(made.keySet()).hasSameElementsAs(expected.keySet());
    made.forEach(
        (name, tensor) -> {
          assertThat(tensor.dtype()).as(name).isEqualTo(DType.FLOAT16);
          float[] values = Objects.requireNonNull(expected.get(name)).toFloats();
          for (int i = 0; i < values.length; i++)
            values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
          assertThat(tensor.toFloats()).as(name).isEqualTo(values);
        });
    assertThat(Files.readString(path("made").resolve("config.json")))
        .contains("\"hidden_size\" : 256")
        .doesNotContain("quantization_config");
    CommandRun again = CommandRun.of("dequantize", path("made"), "-o", path("again"));
    assertThat(again.code()).isEqualTo(3);
    assertThat(again.err()).contains("nothing in it is quantized");
    CommandRun option =
        CommandRun.of("dequantize", path("packed"), "--external-data", "-o", path("again"));
    assertThat(option.code()).isEqualTo(2);
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    change("g_idx", tensor -> Tensor.ofInts(filled(512, 8), 512));
    assertRefused("tensor \"%s.g_idx\": column 0 is of group 8, there are 8".formatted(DOWN));
    change("g_idx", tensor -> Tensor.ofInts(filled(511, 0), 511));
    assertRefused("tensor \"%s.g_idx\": [511], expected [512]".formatted(DOWN));
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    change("scales", tensor -> tensor.reshape(256, 8));
    assertRefused("tensor \"%s.scales\": [256, 8], expected [8, 256]".formatted(DOWN));
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    change("qzeros", tensor -> Tensor.of(DType.FLOAT32, tensor.shape(), tensor.data()));
    assertRefused("tensor \"%s.qzeros\": FLOAT32, expected INT32".formatted(DOWN));
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    change("qweight", tensor -> tensor.reshape(32, 512));
    assertRefused("tensor \"%s.scales\": [8, 256], expected".formatted(DOWN));
    PackedLlama.gptq(path("packed"), path("floats"), 4, true, false);
    config("\"bits\": 4", "\"bits\": 3");
    assertRefused("config.json: quantized weights: 3 bits, expected 4 or 8");
    config("\"bits\": 3", "\"bits\": 8");
    assertRefused("tensor \"model.layers.0.");
    config("\"gptq\"", "\"bitsandbytes\"");
    assertRefused("weights quantized by bitsandbytes");
    PackedLlama.awq(path("packed"), path("floats"));
    config("\"gemm\"", "\"gemv\"");
    assertRefused("version gemv, expected gemm");
  }

  @Test
  void compressedTensorsThatDoNotAgreeAreRefused() throws IOException {
    Path model = LlamaFolder.write(path("model"), 9, DType.FLOAT32);
    assertThat(CommandRun.of("quantize", model, "-o", path("packed"), "--weights", "int4").code())
        .isZero();
    CommandRun twice =
        CommandRun.of("quantize", path("packed"), "-o", path("out"), "--weights", "int8");
    assertThat(twice.code()).isEqualTo(3);
    assertThat(twice.err()).contains("quantized already (compressed-tensors)");
    change("weight_shape", tensor -> Tensor.ofLongs(new long[] {256, Long.MAX_VALUE}, 2));
    assertRefused("tensor \"%s.weight_shape\": rows of 9223372036854775807 values".formatted(DOWN));
    change("weight_shape", tensor -> Tensor.ofLongs(new long[] {256, 256}, 2));
    assertRefused(
        "\"%s.weight_packed\": [256, 64] words, which does not fit [256, 256]".formatted(DOWN));
    change("weight_shape", tensor -> Tensor.ofLongs(new long[] {256, 512}, 2));
    change("weight_scale", tensor -> tensor.reshape(4, 256));
    assertRefused("tensor \"%s.weight_scale\"".formatted(DOWN));
  }

  private void change(String name, UnaryOperator<Tensor> change) {
    SafetensorsModel model = SafetensorsModel.read(path("packed"));
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(model.tensors());
    tensors.compute(
        DOWN + "." + name, (key, tensor) -> change.apply(Objects.requireNonNull(tensor, key)));
    SafetensorsWriter.writeModel(path("packed"), Map.of(), tensors, Long.MAX_VALUE);
  }

  private void config(String from, String to) throws IOException {
    Path file = path("packed").resolve("config.json");
    Files.writeString(file, Files.readString(file).replace(from, to));
  }

  private static int[] filled(int length, int value) {
    int[] all = new int[length];
    Arrays.fill(all, value);
    return all;
  }

  private void assertRefused(String message) {
    CommandRun run =
        CommandRun.of("quantize", path("packed"), "--weights", "F32", "-o", path("x.gguf"));
    assertThat(run.code()).as(run.err()).isEqualTo(3);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
    assertThat(path("x.gguf")).doesNotExist();
  }

  private Path gguf(String model, String type) {
    Path out = path("%s-%s.gguf".formatted(model, type));
    CommandRun run = CommandRun.of("quantize", path(model), "--weights", type, "-o", out);
    assertThat(run.code()).as(run.err()).isZero();
    if (model.equals("packed")) assertThat(run.out()).contains("quantized already");
    return out;
  }

  private Path path(String name) {
    return folder.resolve(name);
  }
}
