package dev.halftone.evaluate;

import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;

/**
 * How to evaluate.
 *
 * @param threads samples judged at the same time; the numbers do not depend on it
 * @param deployment how ONNX Runtime is set up for both accuracy and latency
 * @param latency whether to measure latency (never together with anything else)
 */
public record EvaluateOptions(
    int threads, RunOptions deployment, boolean latency, Progress progress) {
  /** The same with {@link RunOptions#exact exact} sums. */
  public EvaluateOptions exact() {
    return new EvaluateOptions(threads, deployment.exact(), latency, progress);
  }
}
