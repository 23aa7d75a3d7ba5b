package dev.halftone.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operator applied to named values.
 *
 * @param domain operator set; empty for the standard one ({@code ai.onnx} is read as empty)
 * @param inputs names of values; an empty name is an optional input left out
 * @param attributes in the order of the file
 */
public record Node(
    String name,
    String domain,
    String opType,
    List<String> inputs,
    List<String> outputs,
    Map<String, Attribute> attributes,
    Opaque opaque) {
  public Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /** A node of the standard operator set without attributes. */
  public static Node of(String name, String opType, List<String> inputs, List<String> outputs) {
    return new Node(name, "", opType, inputs, outputs, Map.of(), Opaque.NONE);
  }

  /** Whether this is {@code opType} of the standard operator set. */
  public boolean is(String standardOpType) {
    return domain.isEmpty() && opType.equals(standardOpType);
  }

  /** Name of input {@code index}, empty when left out. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** Name of output {@code index}, empty when left out. */
  public String output(int index) {
    return index < outputs.size() ? outputs.get(index) : "";
  }

  public @Nullable Attribute attribute(String attributeName) {
    return attributes.get(attributeName);
  }

  /** The integer attribute, or {@code otherwise} when the node does not have it. */
  public long integer(String attributeName, long otherwise) {
    return attributes.get(attributeName) instanceof Attribute.OfInt(long value) ? value : otherwise;
  }

  /** The float attribute, or {@code otherwise} when the node does not have it. */
  public float real(String attributeName, float otherwise) {
    return attributes.get(attributeName) instanceof Attribute.OfFloat(float value)
        ? value
        : otherwise;
  }

  /** The string attribute, or {@code otherwise} when the node does not have it. */
  public String text(String attributeName, String otherwise) {
    return attributes.get(attributeName) instanceof Attribute.OfString(String value)
        ? value
        : otherwise;
  }

  /** The list of integers, empty when the node does not have it. */
  public List<Long> integers(String attributeName) {
    return attributes.get(attributeName) instanceof Attribute.OfInts(List<Long> values)
        ? values
        : List.of();
  }

  /**
   * The graphs that the node runs as bodies ({@code If}, {@code Loop}, {@code Scan} …), in
   * attribute order.
   */
  public List<Graph> bodies() {
    List<Graph> bodies = new ArrayList<>();
    for (Attribute attribute : attributes.values()) {
      if (attribute instanceof Attribute.OfGraph(Graph body)) bodies.add(body);
      if (attribute instanceof Attribute.OfGraphs(List<Graph> several)) bodies.addAll(several);
    }
    return bodies;
  }

  /**
   * Names that the node reads: its inputs, and what its bodies take from the graphs around them.
   */
  public Set<String> reads() {
    Set<String> reads = new LinkedHashSet<>(inputs);
    reads.remove("");
    for (Graph body : bodies()) reads.addAll(body.outerNames());
    return reads;
  }

  public Node withInputs(List<String> newInputs) {
    return new Node(name, domain, opType, newInputs, outputs, attributes, opaque);
  }

  public Node withOutputs(List<String> newOutputs) {
    return new Node(name, domain, opType, inputs, newOutputs, attributes, opaque);
  }

  public Node withAttribute(String attributeName, Attribute value) {
    Map<String, Attribute> changed = new LinkedHashMap<>(attributes);
    changed.put(attributeName, value);
    return new Node(name, domain, opType, inputs, outputs, changed, opaque);
  }

  public Node withAttributes(Map<String, Attribute> newAttributes) {
    return new Node(name, domain, opType, inputs, outputs, newAttributes, opaque);
  }

  /** The name, or the operator with its first output where the file gives no name; for messages. */
  public String label() {
    return name.isEmpty() ? opType + "(" + output(0) + ")" : name;
  }
}
