package dev.halftone.onnx;

import dev.halftone.graph.Model;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** Writes ONNX files: the same model always gives the same bytes. */
public final class OnnxWriter {
  private OnnxWriter() {}

  /** Where weights go. */
  public enum ExternalData {
    /** Into a file of their own when the model would pass 2 GB. */
    WHEN_NEEDED,
    /** Always into a file of their own, {@code <model file name>.data} beside the model. */
    ALWAYS
  }

  /** A model as bytes, with its large weights apart. */
  public record Detached(byte[] model, Map<String, Tensor> weights) {}

  /**
   * Writes the model beside its final name and moves it into place; nothing is left behind when it fails.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static void write(Model model, Path file, ExternalData externalData) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * The model as bytes, with top-graph initializers of {@code threshold} bytes or more declared as external data and returned beside
   * it, so that a runtime can be given them where they lie.
   */
  public static Detached detach(Model model, long threshold) {
    throw new UnsupportedOperationException("skeleton");
  }
}
