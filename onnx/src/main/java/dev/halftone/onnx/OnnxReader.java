package dev.halftone.onnx;

import dev.halftone.graph.Model;
import java.nio.file.Path;

/** Reads ONNX files. */
public final class OnnxReader {
  private OnnxReader() {}

  /**
   * Reads the model; weights stay in the mapped file (and the external data files beside it) until they are used.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not a sound ONNX model
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static Model read(Path file) {
    throw new UnsupportedOperationException("skeleton");
  }
}
