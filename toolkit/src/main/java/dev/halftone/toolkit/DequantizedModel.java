package dev.halftone.toolkit;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.quantize.dequantize.QuantizedParts;
import java.nio.file.Path;

/**
 * A model that was turned back to float and is not on disk yet. What was lost to rounding stays
 * lost.
 */
public final class DequantizedModel {
  private final OpenModel source;
  private final Model model;

  DequantizedModel(OpenModel source, Model model) {
    this.source = source;
    this.model = model;
  }

  /** What it was made from. */
  public OpenModel source() {
    return source;
  }

  public Model model() {
    return model;
  }

  /** Nodes that still work on integers, since they could not be undone. */
  public QuantizedParts left() {
    return QuantizedParts.of(model);
  }

  /**
   * Writes the model beside its final name and moves it into place; nothing is left behind when
   * that fails.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   * @throws IllegalArgumentException if {@code out} is the file that the model was read from
   */
  public SavedModel save(Path out, ExternalData externalData) {
    StagedOutput.refuseSame(source.path(), out);
    OnnxWriter.write(model, out, externalData);
    return new SavedModel(source, ModelFile.of(out));
  }
}
