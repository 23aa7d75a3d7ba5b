package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.halftone.plan.Plan;
import dev.halftone.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RunRecordTest {
  private static final ModelFile FILE =
      new ModelFile(Path.of("model.onnx"), "0123456789abcdef".repeat(4), 4_000_000);
  private static final Provenance PROVENANCE =
      new Provenance(
          7,
          2,
          "JDK",
          "Linux",
          "x86-64",
          "CPU",
          "scalar",
          "1.29.0",
          new Provenance.SamplesUsed("ab", 100),
          null);

  private static RunRecord quantization() {
    Plan plan =
        new Plan(
            List.of(
                new Plan.TensorPlan(
                    "w", Plan.Role.WEIGHT, DType.INT8, "channel:0", true, -0.1f, 0.1f)),
            List.of(
                new Plan.NodePlan("conv", "Conv", true, ""),
                new Plan.NodePlan("soft", "Softmax", false, "no kernel")),
            List.of("take care"));
    ResolvedRecipe recipe =
        RecipeResolver.resolve(
            RecipeRequest.automatic().target("arm64"), SmallModels.dense(), true);
    return RunRecord.of("quantize")
        .model(FILE)
        .output(FILE.at(Path.of("small.onnx")))
        .recipe(recipe)
        .plan(plan)
        .metric("top1.reference", 0.9891)
        .metric("bytes.reference", 4_000_000)
        .metric("sqnr_db", Double.POSITIVE_INFINITY)
        .provenance(PROVENANCE)
        .build();
  }

  private static List<Error> errors(String json) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RunRecord.class.getResourceAsStream("run.schema.json"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Schema schema =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(text, InputFormat.JSON);
      return schema.validate(json, InputFormat.JSON);
    }
  }

  @Test
  void aQuantizationFitsTheSchema() throws IOException {
    assertThat(errors(quantization().toJson())).isEmpty();
  }

  @Test
  void theSchemaSeesWhatIsMissingOrWrong() throws IOException {
    assertThat(errors(RunRecord.of("quantize").build().toJson())).isNotEmpty();
    assertThat(errors(quantization().toJson().replace("0.9891", "\"high\""))).isNotEmpty();
    assertThat(errors(quantization().toJson().replace("\"quantize\"", "\"dance\""))).isNotEmpty();
  }

  @Test
  void keysAreSortedAndNumbersAreShort() {
    assertThat(quantization().toJson())
        .startsWith(
            """
            {
              "command": "quantize",
              "halftone": "%s",
              "layers": [
            """
                .formatted(Halftone.version()))
        .contains("\"bytes.reference\": 4000000")
        .contains("\"high\": 0.1")
        .endsWith("}\n");
    assertThat(quantization().toJson()).isEqualTo(quantization().toJson());
  }

  @Test
  void aNumberThatIsNotFiniteIsAWarning() {
    assertThat(quantization().metrics())
        .doesNotContainKey("sqnr_db")
        .containsEntry("top1.reference", 0.9891);
    assertThat(quantization().warnings())
        .containsExactly("take care", "sqnr_db is infinite and left out of the metrics");
  }

  private static final Map<String, Object> MACHINE =
      Map.of(
          "jdk", "25",
          "os", "Linux",
          "arch", "amd64",
          "cpu", "a \"b\"\n→",
          "features", List.of(),
          "processors", 1,
          "heap_bytes", 1,
          "onnxruntime", "1",
          "kernels", "scalar",
          "target", "arm64");

  @Test
  void textIsEscaped() throws IOException {
    RunRecord record =
        RunRecord.of("doctor").section("machine", MACHINE).provenance(PROVENANCE).build();
    assertThat(errors(record.toJson())).isEmpty();
    assertThat(record.toJson()).contains("\"a \\\"b\\\"\\n→\"");
  }
}
