package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.EvaluateOptions;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.evaluate.Evaluator;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;

/**
 * A model on disk that was made from another.
 *
 * @param source what it was made from
 */
public record SavedModel(OpenModel source, ModelFile file) {
  /** Judges the file beside its source, latency included, as it is deployed with one thread. */
  public Evaluation evaluate(DataSet data) {
    int threads = Runtime.getRuntime().availableProcessors();
    return evaluate(data, new EvaluateOptions(threads, RunOptions.deployed(), true, Progress.NONE));
  }

  /** Reads the file back and judges it beside its source. */
  public Evaluation evaluate(DataSet data, EvaluateOptions options) {
    return Evaluator.evaluate(file.path(), source.path(), data, options);
  }
}
