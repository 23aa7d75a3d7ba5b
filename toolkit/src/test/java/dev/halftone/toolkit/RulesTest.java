package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.DataSet;
import dev.halftone.plan.Plan;
import dev.halftone.plan.Plan.NodePlan;
import dev.halftone.plan.Plan.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of a recipe file on the example that ships: conv0, conv4, conv8 and a dense layer. */
class RulesTest {
  private static final Path DIGITS = Path.of("..", "examples", "digits", "digits.onnx");

  @TempDir Path folder;

  private QuantizedModel quantize(String yaml) throws IOException {
    OpenModel model = Halftone.open(DIGITS);
    DataSet samples = yaml.contains("static") ? model.data("random", null, "0:8") : null;
    Path file = Files.writeString(folder.resolve("rules.yaml"), yaml);
    QuantizedModel quantized = model.quantize(RecipeRequest.file(file), samples);
    quantized.save(folder.resolve("small.onnx"));
    return quantized;
  }

  /** Format and granularity of a layer's weight, or nothing; folding adds to the weight's name. */
  private static String weight(Plan plan, String layer) {
    return plan.tensors().stream()
        .filter(tensor -> tensor.role() == Role.WEIGHT && tensor.name().startsWith(layer))
        .map(tensor -> tensor.format() + " " + tensor.granularity())
        .collect(Collectors.joining(", "));
  }

  private static NodePlan node(Plan plan, String name) {
    return plan.nodes().stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void oneLayerIsKeptAndAnotherHasAFormatOfItsOwn() throws IOException {
    Plan plan =
        quantize(
                """
                mode: weights
                rules:
                  - op: Conv
                    weights: nf4
                    granularity: block:32
                  - name: conv4
                    keep: float
                """)
            .plan();
    assertThat(weight(plan, "conv8")).startsWith("nf4 block:32");
    assertThat(weight(plan, "conv4")).isEmpty();
    assertThat(weight(plan, "dense12")).startsWith("int8 channel");
    assertThat(node(plan, "conv4")).isEqualTo(new NodePlan("conv4", "Conv", false, "excluded"));
    assertThat(plan.warnings()).noneMatch(warning -> warning.contains("matches no node"));
  }

  @Test
  void staticModeKeepsALayerAndHasAnotherWithOneScale() throws IOException {
    Plan plan =
        quantize(
                """
                mode: static
                quantize-everything: true
                rules:
                  - {name: conv8, granularity: tensor, weights: uint8}
                  - {name: conv4, keep: float}
                """)
            .plan();
    assertThat(weight(plan, "conv8")).isEqualTo("uint8 tensor");
    assertThat(weight(plan, "conv0")).startsWith("int8 channel");
    assertThat(weight(plan, "conv4")).isEmpty();
    assertThat(node(plan, "conv4").quantized()).isFalse();
    assertThat(node(plan, "conv8").quantized()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dynamic", "fp16", "bf16"})
  void everyModeKeepsALayer(String mode) throws IOException {
    Plan plan = quantize("mode: " + mode + "\nrules: [{name: conv4, keep: float}]\n").plan();
    assertThat(node(plan, "conv4").quantized()).isFalse();
    assertThat(node(plan, "conv4").reason()).isEqualTo("excluded");
    assertThat(node(plan, "conv8").quantized()).isTrue();
  }

  @Test
  void aRuleThatMatchesNothingIsWarnedAboutAndAllAreInTheRecord() throws IOException {
    QuantizedModel quantized =
        quantize(
            "mode: weights\n"
                + "rules: [{op: Conv, keep: none}, {op: Conv, max-elements: 5, keep: float}]\n");
    assertThat(quantized.plan().warnings())
        .containsOnlyOnce("rule 2, {op: [Conv], max-elements: 5, keep: float}, matches no node");
    assertThat(RecipeText.fields(quantized.recipe().recipe()).get("rules"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .containsExactly(
            Map.of("op", List.of("Conv"), "keep", "none"),
            Map.of("op", List.of("Conv"), "max_elements", 5L, "keep", "float"));
    assertThat(quantized.model().metadata().get("halftone.recipe")).containsPattern("max.elements");
  }
}
