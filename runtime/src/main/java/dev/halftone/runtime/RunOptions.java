package dev.halftone.runtime;

import java.util.Map;
import java.util.Set;

/**
 * How a model is run.
 *
 * @param threads ONNX Runtime's intra-op threads, at least 1
 * @param optimize whether ONNX Runtime may rewrite the graph (off for calibration: then every value of the file can be seen)
 * @param config ONNX Runtime session configuration entries
 */
public record RunOptions(int threads, boolean optimize, Map<String, String> config) {
  public RunOptions {
    config = Map.copyOf(config);
  }

  /** One thread, graph optimizations on: what is deployed. */
  public static RunOptions deployed() {
    return new RunOptions(1, true, Map.of());
  }

  /** One thread, no optimizations: what is calibrated. */
  public static RunOptions asWritten() {
    return new RunOptions(1, false, Map.of());
  }

  public RunOptions withThreads(int newThreads) {
    return new RunOptions(newThreads, optimize, config);
  }

  /** Node names and operator types of the graph after ONNX Runtime's own optimization, with their provider. */
  public record Operator(String name, String domain, String opType) {}

  /** No outputs wanted but these; empty means all. */
  static boolean wanted(Set<String> only, String name) {
    return only.isEmpty() || only.contains(name);
  }
}
