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

  /** Every file under the data folder whose name ends so; the test is skipped where there is no such folder. */
  static List<Path> endingIn(String suffix) {
    Path folder = Path.of(System.getProperty("halftone.shared", "../../shared")).resolve("data");
    Assumptions.assumeTrue(Files.isDirectory(folder), "skipped: no real models at " + folder);
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
