package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input of every kind: one clear error, the exit code of the contract, nothing left behind. */
class FailuresTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Path out;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
    out = folder.resolve("out.onnx");
  }

  private void assertFails(int code, String message, Object... arguments) throws IOException {
    List<String> before = CommandRun.files(folder);
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
    assertThat(run.err().lines()).hasSizeBetween(1, 2);
    assertThat(run.code()).isEqualTo(code);
    assertThat(run.out()).isEmpty();
    assertThat(CommandRun.files(folder)).isEqualTo(before);
  }

  private void assertQuantizeFails(int code, String message, Object... arguments)
      throws IOException {
    Object[] all = Arrays.copyOf(new Object[] {"quantize"}, arguments.length + 3);
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "-o";
    all[arguments.length + 2] = out;
    assertFails(code, message, all);
  }

  @Test
  void dequantizedModelThatDoesNotLoadIsNotKept() throws IOException {
    Path odd = fixture.modelWithUnknownOperator();
    String message = odd + ": what was made of it does not load: ONNX Runtime: ";
    assertFails(3, message, "dequantize", odd, "-o", out);
  }

  @Test
  void missingModel() throws IOException {
    Path missing = folder.resolve("missing.onnx");
    assertQuantizeFails(2, missing.toString(), missing);
    assertFails(2, missing.toString(), "inspect", missing);
  }

  @Test
  void modelIsAFolder() throws IOException {
    assertFails(2, folder.toString(), "evaluate", folder, "--data", fixture.samples());
    assertFails(3, folder + ": neither model.safetensors", "inspect", folder);
  }

  @Test
  void missingData() throws IOException {
    Path missing = folder.resolve("missing.npy");
    assertQuantizeFails(2, missing.toString(), fixture.model(), "--data", missing);
  }

  @Test
  void outputInAMissingFolder() throws IOException {
    Path lost = folder.resolve("nowhere/out.onnx");
    assertFails(2, lost + ": its folder does not exist", "quantize", fixture.model(), "-o", lost);
  }

  @Test
  void outputIsAFolder() throws IOException {
    assertFails(2, folder + ": is a folder, not a file", "quantize", fixture.model(), "-o", folder);
  }

  @Test
  void outputIsTheInput() throws IOException {
    Path model = fixture.model();
    assertFails(
        2,
        "is both input and output",
        "quantize",
        model,
        "-o",
        folder.resolve(".").resolve(model.getFileName()));
  }

  @Test
  void unwritableJson() throws IOException {
    Path lost = folder.resolve("nowhere/run.json");
    assertFails(
        2, lost + ": its folder does not exist", "inspect", fixture.model(), "--json", lost);
  }

  @Test
  void randomBytes() throws IOException {
    byte[] bytes = new byte[4096];
    new Random(11).nextBytes(bytes);
    Path noise = Files.write(folder.resolve("noise.onnx"), bytes);
    assertQuantizeFails(3, noise.toString(), noise);
  }

  @Test
  void textInPlaceOfAModel() throws IOException {
    Path text = Files.writeString(folder.resolve("page.onnx"), "<!DOCTYPE html><html>");
    assertQuantizeFails(3, "not an ONNX model", text);
  }

  @Test
  void emptyFile() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.onnx"));
    assertQuantizeFails(3, empty.toString(), empty);
  }

  @Test
  void truncatedModel() throws IOException {
    byte[] whole = Files.readAllBytes(fixture.model());
    Path half = Files.write(folder.resolve("half.onnx"), Arrays.copyOf(whole, whole.length / 2));
    assertQuantizeFails(3, half.toString(), half);
  }

  @Test
  void externalDataOutsideTheFolder() throws IOException {
    byte[] model = Files.readAllBytes(fixture.modelWithExternalData());
    String text = new String(model, StandardCharsets.ISO_8859_1);
    assertThat(text).contains("external.onnx.data");
    // As many characters as the name that was there, so that all lengths in the file still hold.
    byte[] escaping =
        text.replace("external.onnx.data", "../../../etc/hosts")
            .getBytes(StandardCharsets.ISO_8859_1);
    Path evil = Files.write(folder.resolve("evil.onnx"), escaping);
    assertQuantizeFails(3, "leaves the model's folder", evil);
  }

  @Test
  void nanWeights() throws IOException {
    assertQuantizeFails(3, "nan.onnx: initializer w1", fixture.modelWithNan(), "--mode", "dynamic");
    assertQuantizeFails(
        3, "nan.onnx: initializer w1", fixture.modelWithNan(), "--data", fixture.samples());
    assertQuantizeFails(3, "nan.onnx: initializer w1", fixture.modelWithNan(), "--mode", "weights");
  }

  @Test
  void labelsOfTheWrongLength() throws IOException {
    Path labels = fixture.labels("short.npy", 100);
    assertQuantizeFails(
        2,
        "100 labels for 256 samples",
        fixture.model(),
        "--data",
        fixture.samples(),
        "--labels",
        labels);
  }

  @ParameterizedTest
  @CsvSource({
    "1-2, 'rows: \"1-2\", expected slices'",
    "1:2:0, 'rows: \"1:2:0\", expected slices'",
    "500:600, rows: 500:600 takes nothing of 256 rows"
  })
  void rowsThatAreNone(String rows, String message) throws IOException {
    Path model = fixture.model();
    Path samples = fixture.samples();
    assertQuantizeFails(2, message, model, "--data", samples, "--rows", rows);
    assertQuantizeFails(2, message, model, "--data", samples, "--eval-rows", rows);
    assertFails(2, message, "evaluate", model, "--data", samples, "--rows", rows);
  }

  @Test
  void rowsOfADescriptionThatAreNone() throws IOException {
    Path model = fixture.model();
    Path samples = fixture.samples();
    Path description = folder.resolve("data.yaml");
    Files.writeString(description, "inputs: {x: {npy: %s}}\nrows: 1-2\n".formatted(samples));
    assertQuantizeFails(3, "expected slices", model, "--data", description);
  }

  @Test
  void brokenImage() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    byte[] broken = new byte[500];
    new Random(5).nextBytes(broken);
    broken[0] = (byte) 0xFF;
    broken[1] = (byte) 0xD8;
    Files.write(images.resolve("broken.jpg"), broken);
    Path preprocess =
        Files.writeString(
            folder.resolve("prep.yaml"),
            "resize: {width: 8, height: 8}\ncolor: rgb\nlayout: nchw\n");
    assertQuantizeFails(
        3, "broken.jpg", fixture.imageModel(), "--data", images, "--preprocess", preprocess);
  }

  @Test
  void samplesOfAnotherShape() throws IOException {
    assertQuantizeFails(3, "samples.npy", fixture.imageModel(), "--data", fixture.samples());
  }

  @Test
  void nothingToQuantize() throws IOException {
    assertQuantizeFails(3, "model.onnx", fixture.model(), "--mode", "dynamic", "--exclude", "*");
  }

  @Test
  void contradictingOptions() throws IOException {
    assertQuantizeFails(
        2, "static mode calibrates on samples", fixture.model(), "--mode", "static");
    assertQuantizeFails(2, "exclude each other", fixture.model(), "--symmetric", "--asymmetric");
    assertQuantizeFails(
        2, "exclude each other", fixture.model(), "--full-range", "--restricted-range");
    assertQuantizeFails(
        2, "exclude each other", fixture.model(), "--reduce-range", "--no-reduce-range");
    assertQuantizeFails(
        2, "exclude each other", fixture.model(), "--reduce-range", "--restricted-range");
    assertQuantizeFails(2, "no recipe 'magic'", fixture.model(), "--recipe", "magic");
    assertQuantizeFails(2, "no target 'abacus'", fixture.model(), "--target", "abacus");
  }

  @Test
  void missedGate() throws IOException {
    List<String> before = List.of("labels.npy", "model.onnx", "samples.npy");
    Path model = fixture.model();
    CommandRun run =
        CommandRun.of(
            "quantize",
            model,
            "-o",
            out,
            "--data",
            fixture.samples(),
            "--labels",
            fixture.labels(),
            "--mode",
            "weights",
            "--weights",
            "int4",
            "--granularity",
            "block:32",
            "--max-drop",
            "0",
            "--no-latency");
    assertThat(run.code()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).doesNotContain("warning: gate").contains("nothing written");
    assertThat(run.out()).contains("out.onnx missed --max-drop 0 of 1 gate; size ");
    assertThat(run.err()).startsWith("halftone: gate --max-drop missed: top1 dropped by");
    assertThat(run.err().lines()).hasSize(1);
    assertThat(CommandRun.files(folder)).isEqualTo(before);
  }

  @Test
  void missedGateOfEvaluate() throws IOException {
    CommandRun run =
        CommandRun.of(
            "evaluate",
            fixture.otherModel(),
            "--reference",
            fixture.model(),
            "--data",
            fixture.samples(),
            "--max-drop",
            "5",
            "--no-latency");
    assertThat(run.code()).as(run.err()).isEqualTo(4);
    assertThat(run.err())
        .startsWith("halftone: gate --max-drop missed: agreement dropped by")
        .doesNotContain("not kept");
  }

  @Test
  void theStackTraceIsShownOnRequest() throws IOException {
    Path text = Files.writeString(folder.resolve("page.onnx"), "no model");
    CommandRun run = CommandRun.of("inspect", text, "--stacktrace");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("\tat dev.halftone.").contains("halftone: " + text);
  }
}
