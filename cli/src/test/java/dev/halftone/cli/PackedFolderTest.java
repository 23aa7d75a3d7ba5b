package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.safetensors.SafetensorsModel;
import dev.halftone.checkpoint.safetensors.SafetensorsWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code quantize FOLDER --weights int4} and its kind: folders to folders. */
class PackedFolderTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "data", "llm");
  private static final String DOWN = "model.layers.0.mlp.down_proj";

  @TempDir Path folder;

  /** Decibels that a Gaussian matrix keeps at least. */
  @ParameterizedTest
  @CsvSource({
    "int4, block:128, --symmetric, 18",
    "int4, block:32, --asymmetric, 20",
    "int4, channel, --symmetric, 16",
    "int4, channel, --restricted-range, 16",
    "int8, channel, --symmetric, 40",
    "int8, block:64, --asymmetric, 42",
    "fp8-e4m3, channel, --symmetric, 31",
    "fp8-e4m3, tensor, --symmetric, 30",
    "int8, channel, --mode=dynamic, 40",
    "fp8-e4m3, channel, --mode=dynamic, 31",
    "fp8-e4m3, tensor, --mode=dynamic, 30"
  })
  void everySchemeDecodesByTheSpecification(
      String weights, String granularity, String option, double least) throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 7, DType.FLOAT16);
    JsonNode json = run(model, "out", "--weights", weights, "--granularity", granularity, option);
    CompressedTensors made = CompressedTensors.read(folder.resolve("out"));
    SafetensorsModel source = SafetensorsModel.read(model);
    int quantized = 0;
    for (JsonNode tensor : json.get("tensors")) {
      String name = tensor.get("name").asString();
      Tensor original = Objects.requireNonNull(source.tensors().get(name));
      if (tensor.get("type").asString().equals(weights)) {
        quantized++;
        float[] values = made.decode(name.substring(0, name.length() - ".weight".length()));
        double sqnr = sqnrDb(original.toFloats(), values);
        assertThat(sqnr).as(name).isGreaterThan(least);
        assertThat(tensor.get("sqnr_db").asDouble()).isCloseTo(sqnr, within(1e-6));
      } else {
        assertThat(made.tensor(name).sameAs(original)).as(name).isTrue();
      }
    }
    assertThat(quantized).isEqualTo(7);
    assertThat(made.config().get("ignore").valueStream().map(JsonNode::asString))
        .containsExactly("lm_head");
    boolean dynamic = option.contains("dynamic");
    assertThat(made.isDynamic()).isEqualTo(dynamic);
    assertThat(json.at("/recipe/mode").asString()).isEqualTo(dynamic ? "dynamic" : "weights");
  }

  /**
   * What is on the grid already is met exactly, so a second pass over decoded values is lossless.
   */
  @ParameterizedTest
  @CsvSource({"int4, block:32", "int8, channel", "fp8-e4m3, channel"})
  void decodedValuesQuantizeToThemselves(String weights, String granularity) throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 11, DType.FLOAT32);
    run(model, "once", "--weights", weights, "--granularity", granularity);
    CompressedTensors once = CompressedTensors.read(folder.resolve("once"));
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(SafetensorsModel.read(model).tensors());
    tensors.replaceAll(
        (name, tensor) ->
            name.contains("_proj")
                ? Tensor.ofFloats(once.decode(name.replace(".weight", "")), tensor.shape())
                : tensor);
    Path decoded = Files.createDirectory(folder.resolve("decoded"));
    Files.copy(model.resolve("config.json"), decoded.resolve("config.json"));
    SafetensorsWriter.writeModel(decoded, Map.of(), tensors, Long.MAX_VALUE);
    run(decoded, "twice", "--weights", weights, "--granularity", granularity);
    CompressedTensors twice = CompressedTensors.read(folder.resolve("twice"));
    for (String name : tensors.keySet()) {
      if (!name.contains("_proj")) continue;
      String module = name.replace(".weight", "");
      double sqnr = sqnrDb(once.decode(module), twice.decode(module));
      assertThat(sqnr).as(module).isGreaterThan(120);
    }
  }

  @Test
  void anyThreadsGiveTheSameBytes() throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 5, DType.BFLOAT16);
    run(model, "one", "--weights", "int4", "--search", "mse", "--threads", 1);
    run(model, "three", "--weights", "int4", "--search", "mse", "--threads", 3);
    for (String file : CommandRun.files(folder.resolve("one")))
      assertThat(
              Files.mismatch(
                  folder.resolve("one").resolve(file), folder.resolve("three").resolve(file)))
          .as(file)
          .isEqualTo(-1);
  }

  @Test
  void theDryRunSaysTheExactSizeAndTheRestGoesAlong() throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 5, DType.FLOAT16);
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    Files.writeString(model.resolve("model.bin"), "old weights");
    CommandRun dry =
        CommandRun.of("quantize", model, "--weights", "int4", "--dry-run", "--json", "-");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.err()).contains(DOWN, "FLOAT16  → int4");
    assertThat(CommandRun.files(folder)).noneMatch(file -> file.contains("out"));
    run(model, "out", "--weights", "int4");
    assertThat(CommandRun.files(folder.resolve("out")))
        .containsExactly("config.json", "model.safetensors", "tokenizer.json");
    assertThat(JsonMapper.shared().readTree(dry.out()).at("/metrics/bytes.quantized").asLong())
        .isEqualTo(Files.size(folder.resolve("out/model.safetensors")));
    JsonNode config = JsonMapper.shared().readTree(folder.resolve("out/config.json"));
    assertThat(config.get("hidden_size").asInt()).isEqualTo(256);
    assertThat(CommandRun.files(folder)).noneMatch(file -> file.contains("halftone-"));
  }

  @Test
  void elementsLieAtMultiplesOfTheirSize() throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 5, DType.FLOAT16);
    run(model, "out", "--weights", "int4");
    SafetensorsModel made = SafetensorsModel.read(folder.resolve("out"));
    long first = made.tensors().firstEntry().getValue().data().address();
    made.tensors()
        .forEach(
            (name, tensor) ->
                assertThat((tensor.data().address() - first) % (tensor.dtype().bits() / 8))
                    .as(name)
                    .isZero());
  }

  @Test
  void whatIsExcludedIsIgnoredAndToldOf() throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 5, DType.FLOAT16);
    JsonNode json = run(model, "out", "--weights", "int8", "--exclude", "*.q_proj,*.down_proj");
    CompressedTensors made = CompressedTensors.read(folder.resolve("out"));
    assertThat(made.config().get("ignore").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrder("lm_head", DOWN, "model.layers.0.self_attn.q_proj");
    assertThat(made.tensor(DOWN + ".weight").dtype()).isEqualTo(DType.FLOAT16);
    assertThat(json.at("/warnings/0").asString()).contains("q_proj, k_proj, v_proj as one");
  }

  /** vLLM takes for quantized what is a linear module and not listed. */
  @Test
  void whatChoosesExpertsStaysAndIsIgnored() throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 5, DType.FLOAT16);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    SafetensorsModel.read(model)
        .tensors()
        .forEach(
            (name, tensor) ->
                tensors.put(
                    name.replace("mlp.gate_proj", "block_sparse_moe.experts.0.w1")
                        .replace("mlp.up_proj", "block_sparse_moe.experts.0.w3")
                        .replace("mlp.down_proj", "block_sparse_moe.experts.0.w2"),
                    tensor));
    String router = "model.layers.0.block_sparse_moe.gate";
    tensors.put(router + ".weight", Tensor.ofBytes(DType.FLOAT16, new byte[512], 1, 256));
    SafetensorsWriter.writeModel(model, Map.of(), tensors, Long.MAX_VALUE);
    Path config = model.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("LlamaFor", "MixtralFor")
            .replace("{", "{\"num_local_experts\": 1, \"num_experts_per_tok\": 1, "));
    run(model, "out", "--weights", "int4");
    CompressedTensors made = CompressedTensors.read(folder.resolve("out"));
    assertThat(made.config().get("ignore").valueStream().map(JsonNode::asString))
        .containsExactly(router, "lm_head");
    assertThat(made.tensor("model.layers.0.block_sparse_moe.experts.0.w2.weight_packed").dtype())
        .isEqualTo(DType.INT32);
    assertThat(made.tensor(router + ".weight").dtype()).isEqualTo(DType.FLOAT16);
    JsonNode json = run(model, "half", "--weights", "int8", "--exclude", "*.w1");
    assertThat(json.at("/warnings/0").asString()).contains("w1, w3 as one");
  }

  /** Rows of 172 values are no whole groups of 64 nor whole words: such a matrix stays. */
  @Test
  void storiesKeepWhatDoesNotFit() throws IOException {
    Path stories = DATA.resolve("stories260K");
    assumeTrue(Files.exists(stories), "data/llm/stories260K is not there");
    JsonNode json = run(stories, "out", "--weights", "int4", "--granularity", "block:64");
    CompressedTensors made = CompressedTensors.read(folder.resolve("out"));
    assertThat(made.config().get("ignore").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrder(
            Stream.concat(
                    Stream.of("lm_head"),
                    Stream.iterate(0, i -> i < 5, i -> i + 1)
                        .map("model.layers.%d.mlp.down_proj"::formatted))
                .toArray(String[]::new));
    assertThat(json.get("tensors").valueStream())
        .anyMatch(
            tensor ->
                tensor
                    .path("reason")
                    .asString()
                    .equals("rows of 172 values, not a multiple of 64"));
    CommandRun none =
        CommandRun.of("quantize", stories, "--weights", "int4", "-o", folder.resolve("none"));
    assertThat(none.code()).isEqualTo(3);
    assertThat(none.err()).contains("config.json: nothing to quantize", "not a multiple of 128");
  }

  /** The same scheme as in ONNX files: errors are those of plain matrices of that recipe. */
  @Test
  void shakespeareIsAsNearAsInOnnx() throws IOException {
    Path shakespeare = DATA.resolve("shakespeare-bytes");
    assumeTrue(Files.exists(shakespeare), "data/llm/shakespeare-bytes is not there");
    JsonNode json =
        run(
            shakespeare,
            "out",
            "--weights",
            "int4",
            "--granularity",
            "block:32",
            "--scales",
            "fp16");
    Map<String, Double> plain = new LinkedHashMap<>();
    CommandRun sweep =
        CommandRun.of(
            "sweep",
            shakespeare.resolve("model.safetensors"),
            "--formats",
            "int4@block:32",
            "--json",
            "-");
    assertThat(sweep.code()).as(sweep.err()).isZero();
    for (JsonNode matrix : JsonMapper.shared().readTree(sweep.out()).at("/sweep/0/matrices"))
      plain.put(matrix.get("name").asString(), matrix.get("weight_sqnr_db").asDouble());
    int compared = 0;
    for (JsonNode tensor : json.get("tensors")) {
      if (!tensor.get("type").asString().equals("int4")) continue;
      compared++;
      assertThat(tensor.get("sqnr_db").asDouble())
          .isCloseTo(Objects.requireNonNull(plain.get(tensor.get("name").asString())), within(0.1));
    }
    assertThat(compared).isEqualTo(14);
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    Path model = LlamaFolder.write(folder.resolve("model"), 5, DType.FLOAT32);
    Path out = folder.resolve("out");
    assertRefused(2, "is a GGUF file by its name", model, "--weights", "int4", "-o", "x.gguf");
    assertRefused(2, "-o OUT is missing", model, "--weights", "int4");
    assertRefused(2, "--pure has no meaning", model, "--weights", "int4", "--pure", "-o", out);
    assertRefused(
        2,
        "granularity tensor with int4",
        model,
        "--weights",
        "int4",
        "--granularity",
        "tensor",
        "-o",
        out);
    for (String[] wrong :
        new String[][] {
          {"int4", "channel", "dynamic", "mode dynamic with int4"},
          {"int8", "block:32", "dynamic", "mode dynamic with granularity block:32"},
          {"int8", "channel", "static", "--mode static: safetensors have weights and dynamic"}
        })
      assertRefused(
          2,
          wrong[3],
          model,
          "--weights",
          wrong[0],
          "--granularity",
          wrong[1],
          "--mode",
          wrong[2],
          "-o",
          out);
    assertRefused(2, "always symmetric", model, "--weights", "fp8-e4m3", "--asymmetric", "-o", out);
    assertRefused(2, "holds files already", model, "--weights", "int4", "-o", model);
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(SafetensorsModel.read(model).tensors());
    float[] values = Objects.requireNonNull(tensors.get(DOWN + ".weight")).toFloats();
    values[5 * 512 + 3] = Float.NaN;
    tensors.put(DOWN + ".weight", Tensor.ofFloats(values, 256, 512));
    SafetensorsWriter.writeModel(model, Map.of(), tensors, Long.MAX_VALUE);
    assertRefused(
        3,
        "tensor \"%s.weight\" row 5: NaN at column 3".formatted(DOWN),
        model,
        "--weights",
        "int4",
        "-o",
        out);
    assertThat(CommandRun.files(folder))
        .containsExactly("model", "model/config.json", "model/model.safetensors");
  }

  private void assertRefused(int code, String message, Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of("quantize"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
  }

  private JsonNode run(Path model, String out, Object... options) {
    Object[] start = {"quantize", model, "-o", folder.resolve(out), "--json", "-"};
    CommandRun run = CommandRun.of(Stream.concat(Stream.of(start), Stream.of(options)).toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return JsonMapper.shared().readTree(run.out());
  }

  private static double sqnrDb(float[] values, float[] decoded) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < values.length; i++) {
      signal += (double) values[i] * values[i];
      noise += Math.pow((double) values[i] - decoded[i], 2);
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }
}
