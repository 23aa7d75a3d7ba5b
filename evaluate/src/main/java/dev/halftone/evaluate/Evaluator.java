package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Judges a model by data, alone or beside the model that it was made from. */
public final class Evaluator {
  private Evaluator() {}

  /**
   * Runs the file, and the reference when there is one, on every sample.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses a model, or the two differ in their inputs
   */
  public static Evaluation evaluate(Path model, @Nullable Path reference, DataSet data, EvaluateOptions options) {
    throw new UnsupportedOperationException("skeleton");
  }
}
