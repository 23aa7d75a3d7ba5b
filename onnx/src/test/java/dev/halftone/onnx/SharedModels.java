package dev.halftone.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Real models that may lie beside the project. */
final class SharedModels {
  private SharedModels() {}

  /**
   * Every file under the data folder whose name ends so; where there is no such folder, the folder
   * itself.
   */
  static List<Path> endingIn(String suffix) {
    Path folder = Path.of(System.getProperty("halftone.shared", "../../shared")).resolve("data");
    if (!Files.isDirectory(folder)) return List.of(folder);
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Skips the test, and so shows it as skipped, where the real models are not there. */
  static void assumePresent(Path file) {
    Assumptions.assumeTrue(Files.exists(file), "no real models at " + file);
  }
}
