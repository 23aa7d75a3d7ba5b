package dev.halftone.toolkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.EvaluateOptions;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.recipe.Mode;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library as a caller uses it: open, ask, quantize, save, evaluate. */
class HalftoneTest {
  private static final EvaluateOptions NO_LATENCY =
      new EvaluateOptions(1, RunOptions.deployed(), false, Progress.NONE);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("model.onnx");
    OnnxWriter.write(SmallModels.dense(), file, ExternalData.WHEN_NEEDED);
  }

  @Test
  void opensQuantizesSavesAndEvaluates() throws IOException {
    OpenModel model = Halftone.open(file);
    DataSet samples = model.data("random", null, "0:32");
    QuantizedModel quantized =
        model.quantize(RecipeRequest.automatic().quantizeEverything(true), samples);
    assertThat(quantized.recipe().recipe().mode()).isEqualTo(Mode.STATIC);
    assertThat(quantized.plan().nodes()).anyMatch(node -> node.quantized());
    SavedModel saved = quantized.save(folder.resolve("small.onnx"));
    assertThat(saved.file().bytes()).isEqualTo(Files.size(folder.resolve("small.onnx")));
    Evaluation evaluation = saved.evaluate(samples, NO_LATENCY);
    assertThat(evaluation.metrics().get("agreement")).isGreaterThan(0.9);
    assertThat(evaluation.metrics().get("bytes.quantized"))
        .isEqualTo((double) saved.file().bytes());
  }

  @Test
  void theResultSaysHowItCameToBe() {
    OpenModel model = Halftone.open(file);
    QuantizedModel quantized =
        model.quantize(RecipeRequest.named("dynamic-int8").target("x86-vnni"), null);
    assertThat(quantized.calibration()).isNull();
    assertThat(quantized.model().metadata())
        .containsEntry("halftone.version", Halftone.version())
        .containsEntry("halftone.input.sha256", model.file().sha256())
        .containsEntry(
            "halftone.recipe",
            """
            activations: uint8
            granularity: channel
            mode: dynamic
            reduce-range: false
            symmetric-weights: true
            weights: int8
            """)
        .doesNotContainKey("halftone.calibration.sha256");
  }

  @Test
  void excludingEverythingIsRefusedWithTheReason() {
    OpenModel model = Halftone.open(file);
    assertThatThrownBy(
            () -> model.quantize(RecipeRequest.named("weights-int8").exclude(List.of("*")), null))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageStartingWith(
            file + ": nothing in it can be quantized as asked: first (MatMul) ");
  }

  @Test
  void theInputIsNotOverwritten() throws IOException {
    byte[] before = Files.readAllBytes(file);
    QuantizedModel quantized =
        Halftone.open(file).quantize(RecipeRequest.named("weights-int8"), null);
    assertThatThrownBy(() -> quantized.save(file)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing.onnx");
    assertThatThrownBy(() -> Halftone.open(missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(missing.toString());
  }

  @Test
  void sizeCountsExternalWeights() throws IOException {
    Path external = folder.resolve("external.onnx");
    OnnxWriter.write(SmallModels.dense(), external, ExternalData.ALWAYS);
    ModelFile found = Halftone.open(external).file();
    assertThat(found.bytes())
        .isEqualTo(Files.size(external) + Files.size(folder.resolve("external.onnx.data")));
  }
}
