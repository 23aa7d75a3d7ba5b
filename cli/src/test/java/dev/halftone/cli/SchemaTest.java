package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.halftone.tensor.DType;
import dev.halftone.toolkit.RunRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the commands really write as JSON is what the schema that ships describes. */
class SchemaTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Path out;
  private String text;
  private Schema schema;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new Fixture(folder);
    out = folder.resolve("out.onnx");
    try (InputStream in =
        Objects.requireNonNull(RunRecord.class.getResourceAsStream("run.schema.json"))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(text, InputFormat.JSON);
    }
  }

  private String assertFits(Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of(arguments), Stream.of("--json", "-")).toArray());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(schema.validate(run.out(), InputFormat.JSON)).as(run.out()).isEmpty();
    return run.out();
  }

  @Test
  void train() throws IOException {
    assertFits(
        "train",
        fixture.model(),
        "--data",
        fixture.samples(),
        "--epochs",
        1,
        "--activations",
        "uint4",
        "--weights",
        "ternary",
        "-o",
        out);
  }

  @Test
  void inspectCheckpoints() throws IOException {
    Path model = folder.resolve("model.gguf");
    GgufQuantizeTest.write(model, 256, 64);
    assertThat(assertFits("inspect", model)).contains("\"format\": \"GGUF\"");
    Path llama = LlamaFolder.write(folder.resolve("llama"), 5, DType.BFLOAT16);
    assertThat(assertFits("inspect", llama)).contains("\"format\": \"safetensors\"");
  }

  @Test
  void quantizeGgufFiles() {
    Path model = folder.resolve("model.gguf");
    GgufQuantizeTest.write(model, 256, 64);

    assertFits("quantize", model, "--weights", "Q4_K_M", "-o", folder.resolve("out.gguf"));
    String json = assertFits("quantize", model, "--tensor-type", "ffn=q8_0", "--pure", "--dry-run");
    assertThat(json).contains("\"tensor_types\"", "\"source_type\": \"F32\"");
  }

  @Test
  void quantizeInEveryMode() throws IOException {
    for (String mode : new String[] {"static", "dynamic", "weights", "fp16", "bf16"}) {
      String json =
          assertFits(
              "quantize",
              fixture.model(),
              "--mode",
              mode,
              "--data",
              fixture.samples(),
              "--labels",
              fixture.labels(),
              "-o",
              out);
      assertThat(json)
          .contains(
              "\"mode\": \"" + mode + "\"",
              "\"seconds.total\"",
              "\"speedup\"",
              "\"role\": \"weight\"",
              "\"output\"");
    }
  }

  @Test
  void aDryRunHasNoOutput() throws IOException {
    String json =
        assertFits(
            "quantize",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--calibration",
            "percentile:99.9",
            "--dry-run");
    assertThat(json).doesNotContain("\"output\"").contains("\"calibration\": \"percentile:99.9\"");
  }

  @Test
  void theOtherCommands() throws IOException {
    assertFits("inspect", fixture.model());
    assertFits("evaluate", fixture.model(), "--data", fixture.samples(), "--no-latency");
    assertFits(
        "evaluate",
        fixture.model(),
        "--reference",
        fixture.otherModel(),
        "--data",
        fixture.samples(),
        "--no-latency");
    assertFits("compare", fixture.model(), fixture.otherModel(), "--data", fixture.samples());
    assertFits("quantize", fixture.model(), "--recipe", "weights-int8", "-o", out);
    assertFits("dequantize", out, "-o", folder.resolve("plain.onnx"));
    assertFits(
        "sweep",
        fixture.model(),
        "--data",
        fixture.samples(),
        "--labels",
        fixture.labels(),
        "--formats",
        "fp16,int8,static:int8/uint8,int4@block:32",
        "--no-latency");
    assertFits("sweep", fixture.modelWithNan(), "--formats", "int8");
    assertFits("sweep", fixture.checkpoint(), "--formats", "int8,nf4");
    assertFits("recipes");
    assertFits("recipes", "static-int8");
    assertFits("targets");
    assertFits("doctor");
    assertFits("recipes", "--schema");
  }

  @Test
  void pruneInEveryWay() throws IOException {
    for (String options :
        new String[] {
          "--sparsity 0.5 --include *", "--pattern 2:4 --method wanda",
          "--sparsity 0.5 --method sparsegpt", "--channels 0.25"
        }) {
      Object[] fixed = {
        "prune", fixture.model(), "--data", fixture.samples(), "--no-latency", "-o", out
      };
      assertFits(Stream.concat(Stream.of(fixed), Stream.of(options.split(" "))).toArray());
    }
  }

  @Test
  void everyCommandIsOneOfTheSchema() {
    List<String> commands =
        JsonMapper.shared()
            .readTree(text)
            .at("/properties/command/enum")
            .valueStream()
            .map(JsonNode::asString)
            .toList();
    assertThat(commands)
        .containsExactlyInAnyOrderElementsOf(Main.commandLine().getSubcommands().keySet());
  }

  @Test
  void aRunSaysTheSameTwiceButForTheClock() throws IOException {
    Object[] command = {
      "quantize",
      fixture.model(),
      "--data",
      fixture.samples(),
      "--labels",
      fixture.labels(),
      "--no-latency",
      "-o",
      out
    };
    assertThat(withoutClock(assertFits(command))).isEqualTo(withoutClock(assertFits(command)));
  }

  private static String withoutClock(String json) {
    return json.replaceAll("\"(seconds.total|peak_rss_bytes)\": [0-9.E]+", "");
  }
}
