package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.EvaluateOptions;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.evaluate.Evaluator;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import java.util.List;

/**
 * A model on disk that was made from another.
 *
 * @param source what it was made from
 */
public record SavedModel(OpenModel source, ModelFile file) {
  /**
   * Loads the file into ONNX Runtime as it is deployed.
   *
   * @throws UnsupportedModelException if ONNX Runtime refuses it; the message names the source,
   *     since the file may lie under a name that is not its last, and has ONNX Runtime's reason
   */
  public void requireLoads() {
    try {
      RunnableModel.open(file.path(), RunOptions.deployed().unpacked()).close();
    } catch (UnsupportedModelException e) {
      throw refused(e);
    }
  }

  /**
   * Loads the file and gives the operators that ONNX Runtime executes.
   *
   * @throws UnsupportedModelException as {@link #requireLoads}
   */
  List<Operator> executed(RunOptions deployment) {
    try {
      return DeployedOperators.of(file.path(), deployment);
    } catch (UnsupportedModelException e) {
      throw refused(e);
    }
  }

  private UnsupportedModelException refused(UnsupportedModelException e) {
    String reason = String.valueOf(e.getMessage()).replace(file.path() + ": ", "");
    UnsupportedModelException named =
        new UnsupportedModelException(
            source.path(), "what was made of it does not load: " + reason);
    named.initCause(e);
    return named;
  }

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
