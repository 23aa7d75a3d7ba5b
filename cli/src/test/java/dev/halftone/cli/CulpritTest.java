package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real network in INT8 of which one layer was spoilt. */
class CulpritTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"))
          .resolve("data")
          .toAbsolutePath()
          .normalize();
  private static final String SPOILT = "conv2d_3";

  @TempDir Path folder;

  @Test
  void isFoundAmongThoseThatInheritMore() {
    Path model = DATA.resolve("mlperf-tiny/vww_mobilenet_v1_025_96.onnx");
    assumeTrue(Files.exists(model), "no real model at " + model);
    Path examples = Path.of("..", "examples", "vww").toAbsolutePath().normalize();
    Path small = folder.resolve("int8.onnx");
    CommandRun made =
        CommandRun.of(
            "quantize",
            model,
            "--data",
            examples.resolve("calibration.yaml") + "@" + DATA,
            "--no-latency",
            "-o",
            small);
    assertThat(made.code()).as(made.err()).isZero();
    Path spoilt = folder.resolve("spoilt.onnx");
    OnnxWriter.write(spoilt(OnnxReader.read(small)), spoilt, OnnxWriter.ExternalData.WHEN_NEEDED);
    CommandRun run =
        CommandRun.of(
            "compare",
            model,
            spoilt,
            "--data",
            examples.resolve("evaluation.yaml") + "@" + DATA,
            "--rows",
            "0:8",
            "--worst",
            1,
            "--report",
            folder.resolve("run.html"),
            "--json",
            "-");
    assertThat(folder.resolve("run.html"))
        .content()
        .contains("<p class=\"verdict\">The model goes wrong first at " + SPOILT + ".");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("goes wrong first at " + SPOILT + " (Conv");
    JsonNode json = JsonMapper.builder().build().readTree(run.out());
    JsonNode culprit = json.path("none");
    double most = 0;
    for (JsonNode layer : json.path("layers")) {
      assertThat(layer.path("own_noise").asDouble() + layer.path("inherited_noise").asDouble())
          .isFinite();
      if (layer.path("name").asString().equals(SPOILT)) culprit = layer;
      else most = Math.max(most, layer.path("inherited_noise").asDouble());
    }
    assertThat(culprit.isMissingNode()).isFalse();
    assertThat(json.path("first_wrong").asString()).isEqualTo(culprit.path("value").asString());
    assertThat(most).isGreaterThan(culprit.path("own_noise").asDouble());
  }

  /** The weights of the layer's first half of channels turned round. */
  private static Model spoilt(Model model) {
    Node layer =
        model.graph().nodes().stream()
            .filter(node -> node.opType().equals("Conv") && node.name().equals(SPOILT))
            .findFirst()
            .orElseThrow();
    Node decoder =
        model.graph().nodes().stream()
            .filter(node -> node.outputs().contains(layer.input(1)))
            .findFirst()
            .orElseThrow();
    Tensor scale = Objects.requireNonNull(model.graph().initializers().get(decoder.input(1)));
    float[] turned = scale.toFloats();
    for (int channel = 0; channel < turned.length / 2; channel++) turned[channel] *= 0.2f;
    GraphEditor editor = new GraphEditor(model.graph());
    editor.replaceInitializer(decoder.input(1), Tensor.ofFloats(turned, scale.shape()));
    return model.withGraph(editor.toGraph());
  }
}
