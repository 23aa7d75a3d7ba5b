package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputPathsTest {
  @TempDir private Path folder;
  private Fixture fixture;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
  }

  /**
   * The command is refused as wrong usage, and the file it would have written over is as it was.
   */
  private static void assertKept(Path file, Object... arguments) throws IOException {
    byte[] before = Files.readAllBytes(file);
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("is both input and output");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void jsonOverTheModel() throws IOException {
    Path model = fixture.model();
    assertKept(model, "inspect", model, "--json", folder.resolve("./model.onnx"));
    assertKept(
        model,
        "quantize",
        model,
        "-o",
        folder.resolve("o.onnx"),
        "--mode",
        "weights",
        "--json",
        model);
  }

  @Test
  void outputOverTheSamples() throws IOException {
    Path samples = fixture.samples();
    assertKept(samples, "quantize", fixture.model(), "--data", samples, "-o", samples);
  }

  @Test
  void weightsOverTheWeightsOfTheModel() throws IOException {
    Path model = fixture.modelWithExternalData();
    Path weights = folder.resolve("external.onnx.data");
    assertKept(weights, "quantize", model, "--mode", "weights", "-o", weights);
    Files.move(model, folder.resolve("in.onnx"));
    assertKept(
        weights,
        "quantize",
        folder.resolve("in.onnx"),
        "--mode",
        "weights",
        "--external-data",
        "-o",
        folder.resolve("external.onnx"));
  }

  @Test
  void twoResultsUnderOneName() {
    Path out = folder.resolve("out.onnx");
    CommandRun run =
        CommandRun.of("quantize", fixture.model(), "--mode", "weights", "-o", out, "--json", out);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--output and --json both name " + out);
    assertThat(out).doesNotExist();
  }

  @Test
  void aResultMayBeWrittenAgain() {
    Path out = folder.resolve("out.onnx");
    Path json = folder.resolve("out.json");
    for (int i = 0; i < 2; i++) {
      CommandRun run =
          CommandRun.of(
              "quantize", fixture.model(), "--mode", "weights", "-o", out, "--json", json);
      assertThat(run.code()).isZero();
    }
  }
}
