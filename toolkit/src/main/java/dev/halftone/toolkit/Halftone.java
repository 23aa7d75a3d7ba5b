package dev.halftone.toolkit;

import dev.halftone.onnx.OnnxReader;
import java.nio.file.Path;

/** Where a caller starts. */
public final class Halftone {
  private Halftone() {}

  /**
   * Opens an ONNX file. Weights stay in the file until they are used.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not a sound ONNX model
   * @throws java.io.UncheckedIOException if it is missing or cannot be read
   */
  public static OpenModel open(Path file) {
    return new OpenModel(file, OnnxReader.read(file));
  }

  /** This version of Halftone, for instance {@code 0.1.0}. */
  public static String version() {
    return Versions.halftone();
  }
}
