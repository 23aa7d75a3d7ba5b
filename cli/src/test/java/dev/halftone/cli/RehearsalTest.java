package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  private static final Path DIGITS = Path.of("../examples/digits");

  @TempDir private Path folder;

  @Test
  void leavesNothingBehind() throws IOException {
    rehearse("digits.onnx");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void failsWithItsRuns() {
    assertThatThrownBy(() -> rehearse("missing.onnx"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("missing.onnx")
        .hasMessageContaining("exit code");
  }

  private void rehearse(String model) throws IOException {
    String samples = DIGITS.resolve("samples.idx.gz").toString();
    Rehearsal.main(new String[] {DIGITS.resolve(model).toString(), samples, folder.toString()});
  }
}
