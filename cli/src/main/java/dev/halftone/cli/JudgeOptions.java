package dev.halftone.cli;

import dev.halftone.evaluate.EvaluateOptions;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How a model is judged. */
final class JudgeOptions {
  @Option(names = "--no-latency", description = "Do not measure latency.")
  private boolean noLatency;

  @Option(
      names = "--latency-threads",
      paramLabel = "N",
      description = "ONNX Runtime threads within one run, as deployed; default: 1.")
  private void setLatencyThreads(int wanted) {
    if (wanted < 1)
      throw new ParameterException(
          spec.commandLine(), "--latency-threads %d: at least 1 is needed".formatted(wanted));
    latencyThreads = wanted;
  }

  private int latencyThreads = 1;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  EvaluateOptions options(int threads, Progress progress) {
    return new EvaluateOptions(threads, deployment(), !noLatency, progress);
  }

  /** How the model runs in use. */
  RunOptions deployment() {
    return RunOptions.deployed().withThreads(latencyThreads);
  }

  int latencyThreads() {
    return latencyThreads;
  }

  boolean measuresLatency() {
    return !noLatency;
  }
}
