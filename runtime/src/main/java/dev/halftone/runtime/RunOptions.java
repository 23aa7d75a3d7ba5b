package dev.halftone.runtime;

import java.util.HashMap;
import java.util.Map;

/**
 * How a model is run: on the CPU, operators one after the other.
 *
 * @param threads ONNX Runtime's intra-op threads, at least 1
 * @param optimize whether ONNX Runtime may rewrite the graph (off for calibration: then every value
 *     of the file can be seen)
 * @param config ONNX Runtime session configuration entries
 */
public record RunOptions(int threads, boolean optimize, Map<String, String> config) {
  public RunOptions {
    if (threads < 1)
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
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

  /**
   * The same for a look at what ONNX Runtime makes of a model that will not be run: weights are not
   * laid out anew for the kernels, which takes more than half of the time to load them. Kernels are
   * chosen and graphs rewritten as ever.
   */
  public RunOptions unpacked() {
    Map<String, String> entries = new HashMap<>(config);
    entries.put("session.disable_prepacking", "1");
    return new RunOptions(threads, optimize, entries);
  }

  public RunOptions withThreads(int newThreads) {
    return new RunOptions(newThreads, optimize, config);
  }
}
