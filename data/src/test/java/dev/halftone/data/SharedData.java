package dev.halftone.data;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The real models and data that may lie beside the checkout. */
public final class SharedData {
  private SharedData() {}

  /** A path below the shared data; the test is skipped where there is none. */
  public static Path path(String relative) {
    String configured = System.getProperty("halftone.shared");
    Path shared = configured == null ? Path.of("..", "..", "shared") : Path.of(configured);
    Path path = shared.resolve("data").resolve(relative);
    Assumptions.assumeTrue(Files.exists(path), () -> "shared data is not here: " + path);
    return path;
  }
}
