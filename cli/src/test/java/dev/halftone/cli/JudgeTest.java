package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that only look: inspect, evaluate, compare, and the lists. */
class JudgeTest {
  @TempDir Path folder;
  private Fixture fixture;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
  }

  @Test
  void inspectListsWhatIsInTheModel() {
    CommandRun run = CommandRun.of("inspect", fixture.model());
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "opset 17",
            "x: FLOAT32[N, 64]",
            "8,704 parameters",
            "2 MatMul",
            "static quantization can take");
  }

  @Test
  void inspectCountsExternalWeights() {
    CommandRun run = CommandRun.of("inspect", fixture.modelWithExternalData());
    assertThat(run.out()).containsPattern("external.onnx: 3[0-9]\\.[0-9] KB");
  }

  @Test
  void evaluateAlone() throws IOException {
    CommandRun run =
        CommandRun.of(
            "evaluate",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--labels",
            fixture.labels(),
            "--no-latency",
            "--json",
            "-");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"command\": \"evaluate\"", "\"top1\": 100");
    assertThat(run.err()).contains("256 samples", "top1");
  }

  @Test
  void evaluateBesideAReference() throws IOException {
    CommandRun run =
        CommandRun.of(
            "evaluate",
            fixture.model(),
            "--reference",
            fixture.modelWithExternalData(),
            "--data",
            fixture.samples(),
            "--rows",
            "0:32");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("32 samples", "size", "latency", "with 1 thread", "agreement  100.00 %");
  }

  @Test
  void compareFindsWhereTwoModelsPart() throws IOException {
    CommandRun run =
        CommandRun.of(
            "compare",
            fixture.model(),
            fixture.otherModel(),
            "--data",
            fixture.samples(),
            "--rows",
            "0:16",
            "--json",
            "-");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("16 samples, 3 values", "first (MatMul)");
    assertThat(run.out()).contains("\"value\": \"h\"", "\"own_noise\": ", "\"first_wrong\": ");
  }

  @Test
  void aGuessAboutPicturesIsSaid() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(picture, "png", images.resolve("a.png").toFile());
    Path model = fixture.imageModel();
    CommandRun evaluated =
        CommandRun.of("evaluate", model, "--reference", model, "--data", images, "--no-latency");
    assertThat(evaluated.out()).contains("warning: " + images + ": preprocessing was guessed");
    CommandRun compared = CommandRun.of("compare", model, model, "--data", images);
    assertThat(compared.out())
        .contains(
            "warning: " + images + ": preprocessing was guessed",
            "no layer goes wrong by itself",
            "exact  conv")
        .doesNotContain("-0.");
  }

  @Test
  void compareOfAModelWithItselfIsExact() throws IOException {
    CommandRun run =
        CommandRun.of(
            "compare",
            fixture.model(),
            fixture.model(),
            "--data",
            fixture.samples(),
            "--rows",
            "0:16");
    assertThat(run.out()).contains("exact").doesNotContain("NaN");
  }

  @Test
  void modelsWithOtherInputsCannotBeCompared() throws IOException {
    CommandRun run =
        CommandRun.of(
            "compare", fixture.model(), fixture.imageModel(), "--data", fixture.samples());
    assertThat(run.code()).isEqualTo(3);
  }

  @Test
  void dequantizeGivesAModelThatAnswersAsTheQuantizedOne() throws IOException {
    Path small = folder.resolve("small.onnx");
    Path plain = folder.resolve("plain.onnx");
    assertThat(
            CommandRun.of("quantize", fixture.model(), "--recipe", "weights-int8", "-o", small)
                .code())
        .isZero();
    CommandRun run = CommandRun.of("dequantize", small, "-o", plain, "--json", "-");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("small.onnx → ", "plain.onnx").doesNotContain("warning");
    CommandRun judged =
        CommandRun.of(
            "evaluate", plain, "--reference", small, "--data", fixture.samples(), "--no-latency");
    assertThat(judged.out()).contains("agreement  100.00 %");
    assertThat(CommandRun.of("dequantize", plain, "-o", folder.resolve("again.onnx")).err())
        .contains("plain.onnx: nothing in it is quantized");
  }

  @Test
  void diffTellsWhatWasQuantizedDifferently() throws IOException {
    Path small = folder.resolve("small.onnx");
    assertThat(
            CommandRun.of("quantize", fixture.model(), "--recipe", "weights-int8", "-o", small)
                .code())
        .isZero();
    CommandRun run = CommandRun.of("diff", fixture.model(), small, "--json", "-");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("--- ", "+ recipe", "  first (MatMul)", "+   reads ", " differ");
    assertThat(run.out()).contains("\"command\": \"diff\"", "\"different\": 3");
    assertThat(CommandRun.of("diff", small, small).out()).contains("0 of ");
    assertThat(CommandRun.of("diff", small, folder.resolve("none.onnx")).code())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void listsAndDoctorAnswer() {
    for (String command : new String[] {"recipes", "targets", "doctor"}) {
      CommandRun run = CommandRun.of(command, "--json", "-");
      assertThat(run.code()).as(run.err()).isZero();
      assertThat(run.out()).contains("\"command\": \"" + command + "\"");
      assertThat(run.err()).isNotBlank();
    }
  }
}
