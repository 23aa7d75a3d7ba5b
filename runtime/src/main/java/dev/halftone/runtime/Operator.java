package dev.halftone.runtime;

import java.util.List;

/**
 * One node of the graph that ONNX Runtime executes.
 *
 * @param domain operator set; empty for the standard one
 * @param constant whether it gives the same at every run, since all that it reads are constants and
 *     what such nodes make of them
 * @param outputs names of what it gives
 */
public record Operator(
    String name, String domain, String opType, boolean constant, List<String> outputs) {
  public Operator {
    outputs = List.copyOf(outputs);
  }
}
