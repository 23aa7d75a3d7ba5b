package dev.halftone.runtime;

import java.util.Map;
import java.util.TreeMap;

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
   * The same with exact sums of 8-bit products on x86-64 without VNNI too, where ONNX Runtime else
   * lets sums of two saturate at 16 bits; slower there. ONNX Runtime 1.29 does not load models so
   * whose operators share a weight.
   */
  public RunOptions exact() {
    Map<String, String> exact = new TreeMap<>(config);
    exact.put("session.x64quantprecision", "1");
    return new RunOptions(threads, optimize, exact);
  }

  public RunOptions withThreads(int newThreads) {
    return new RunOptions(newThreads, optimize, config);
  }
}
