package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationCacheTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Path out;
  private Path cache;

  @BeforeEach
  void prepare() {
    fixture = new Fixture(folder);
    out = folder.resolve("out.onnx");
    cache = folder.resolve("cache.json");
  }

  private CommandRun quantize(Path model, Object... options) throws IOException {
    Object[] fixed = {
      "quantize",
      model,
      "--data",
      fixture.samples(),
      "-o",
      out,
      "--no-eval",
      "--quantize-everything"
    };
    return CommandRun.of(Stream.concat(Stream.of(fixed), Stream.of(options)).toArray());
  }

  private CommandRun cached(Path model, Object... options) throws IOException {
    Object[] fixed = {"--calibration-cache", cache};
    return quantize(model, Stream.concat(Stream.of(options), Stream.of(fixed)).toArray());
  }

  @Test
  void theSecondRunSkipsCalibrationAndGivesTheSameBytes() throws IOException {
    for (String method : new String[] {"mse", "minmax", "entropy", "percentile:99.9", "sigma:3"}) {
      assertThat(quantize(fixture.model(), "--calibration", method).code()).isZero();
      byte[] without = Files.readAllBytes(out);
      CommandRun run = cached(fixture.model(), "--calibration", method);
      assertThat(run.out())
          .contains(method.equals("mse") ? "statistics written to " : "calibration skipped");
      assertThat(Files.readAllBytes(out)).as(method).isEqualTo(without);
    }
  }

  @Test
  void whatIsMissingIsAdded() throws IOException {
    assertThat(cached(fixture.model(), "--calibration", "minmax").code()).isZero();
    assertThat(cached(fixture.model(), "--calibration", "mse").out()).contains("added them");
    assertThat(cached(fixture.model(), "--calibration", "minmax").out()).contains("skipped");
    assertThat(cached(fixture.model(), "--calibration", "mse").out()).contains("skipped");
  }

  @Test
  void anotherModelAndOtherSamplesCalibrateAnew() throws IOException {
    assertThat(cached(fixture.model()).code()).isZero();
    byte[] first = Files.readAllBytes(cache);
    assertThat(cached(fixture.model(), "--rows", "0:9").out()).contains("other samples");
    assertThat(cached(fixture.otherModel()).out()).contains("another model");
    assertThat(cached(fixture.model()).out()).contains("another model", "calibrated anew");
    assertThat(Files.readAllBytes(cache)).isEqualTo(first);
  }

  @Test
  void whatIsNoCacheIsRefusedAndLeft() throws IOException {
    Files.writeString(cache, "{\"format\": \"mine\"}");
    CommandRun run = cached(fixture.model());
    assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("cache.json", "is no file of calibration statistics");
    assertThat(cache).content().isEqualTo("{\"format\": \"mine\"}");
    assertThat(out).doesNotExist();
  }

  @Test
  void importanceIsKeptBesideRanges() throws IOException {
    Object[] weights = {"--mode", "weights", "--weights", "int4", "--search", "weighted-mse"};
    assertThat(quantize(fixture.model(), weights).code()).isZero();
    byte[] without = Files.readAllBytes(out);
    // Where pairs of products have to be bound, static mode would look at channels too.
    Object[] ranges = {"--target", "x86-vnni"};
    assertThat(cached(fixture.model(), ranges).code()).isZero();
    assertThat(cached(fixture.model(), weights).out()).contains("added them");
    assertThat(Files.readAllBytes(out)).isEqualTo(without);
    assertThat(cached(fixture.model(), weights).out()).contains("calibration skipped");
    assertThat(cached(fixture.model(), ranges).out()).contains("calibration skipped");
  }

  @Test
  void importanceTakesSamples() {
    CommandRun run =
        CommandRun.of(
            "quantize",
            fixture.model(),
            "--mode",
            "weights",
            "--search",
            "weighted-mse",
            "-o",
            out);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("weighs errors by the activations of samples", "--data");
    assertThat(out).doesNotExist();
  }

  @Test
  void onlyWhatCalibratesHasACache() throws IOException {
    assertThat(cached(fixture.model(), "--mode", "dynamic").code()).isEqualTo(ExitCode.USAGE);
    assertThat(cached(fixture.model(), "--mode", "weights").code()).isEqualTo(ExitCode.USAGE);
    assertThat(cache).doesNotExist();
  }
}
