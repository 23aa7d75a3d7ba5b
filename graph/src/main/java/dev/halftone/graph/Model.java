package dev.halftone.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole model.
 *
 * @param irVersion version of the ONNX file format
 * @param opsets version of each operator set by domain; the standard one is the empty domain
 * @param metadata the file's free properties
 */
public record Model(
    long irVersion,
    SortedMap<String, Long> opsets,
    Graph graph,
    List<Function> functions,
    Map<String, String> metadata,
    Opaque opaque) {
  public Model {
    opsets = Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
    functions = List.copyOf(functions);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** Version of the standard operator set; 1 when the model imports none. */
  public long opset() {
    return opsets.getOrDefault("", 1L);
  }

  public Model withGraph(Graph newGraph) {
    return new Model(irVersion, opsets, newGraph, functions, metadata, opaque);
  }

  public Model withOpset(String domain, long version) {
    SortedMap<String, Long> changed = new TreeMap<>(opsets);
    changed.put(domain, version);
    return new Model(irVersion, changed, graph, functions, metadata, opaque);
  }

  public Model withIrVersion(long version) {
    return new Model(version, opsets, graph, functions, metadata, opaque);
  }

  public Model withMetadata(Map<String, String> newMetadata) {
    return new Model(irVersion, opsets, graph, functions, newMetadata, opaque);
  }
}
