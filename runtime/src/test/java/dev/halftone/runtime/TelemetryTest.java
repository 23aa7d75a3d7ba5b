package dev.halftone.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {
  @TempDir Path folder;

  /** Opens a model, in a process of its own. */
  static final class Opener {
    public static void main(String[] arguments) {
      RunnableModel.open(Path.of(arguments[0]), RunOptions.deployed()).close();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLongCommandLineDoesNotEndTheProcess() throws Exception {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(Models.perceptron(), file, OnnxWriter.ExternalData.WHEN_NEEDED);
    Path said = folder.resolve("said");
    Process process = process(file, "x".repeat(100_000), said);
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(said).isEmptyFile();
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private static Process process(Path file, String padding, Path said) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Opener.class.getName(),
            file.toString(),
            padding);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().remove(Telemetry.SWITCH);
    return builder.start();
  }
}
