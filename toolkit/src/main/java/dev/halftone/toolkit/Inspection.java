package dev.halftone.toolkit;

import dev.halftone.graph.ValueInfo;
import java.util.List;
import java.util.SortedMap;

/**
 * What is in a model.
 *
 * @param nodes in the graph, its bodies and the model's own functions
 * @param parameters elements of all constants that hold floats or integers of 8 bits and fewer
 * @param constantBytes of all constants
 * @param inputs that a caller gives
 * @param operators by domain and type, those with most bytes first, then by name
 * @param quantizable groups of nodes of the folded top graph that have the same fate under static
 *     quantization
 */
public record Inspection(
    long irVersion,
    SortedMap<String, Long> opsets,
    long nodes,
    long parameters,
    long constantBytes,
    List<ValueInfo> inputs,
    List<ValueInfo> outputs,
    List<Operator> operators,
    List<Fate> quantizable,
    boolean alreadyQuantized) {
  public Inspection {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    operators = List.copyOf(operators);
    quantizable = List.copyOf(quantizable);
  }

  /**
   * All nodes of one operator type.
   *
   * @param bytes of the constants that they read, each counted once
   */
  public record Operator(String domain, String type, long count, long bytes) {
    /** The type, with its domain unless that is the standard one. */
    public String name() {
      return domain.isEmpty() ? type : domain + "." + type;
    }
  }

  /**
   * What can become of the nodes of one type.
   *
   * @param reason why they stay in float, empty when they can be quantized
   */
  public record Fate(String operator, long count, boolean quantizable, String reason) {}
}
