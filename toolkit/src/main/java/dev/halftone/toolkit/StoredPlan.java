package dev.halftone.toolkit;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.quantize.dequantize.QuantizedParts;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a model, as its file shows it: the recipe in its metadata, and for each node
 * that computes how its inputs and outputs are stored. Text in blocks, so that two models can be
 * told apart line by line.
 */
public final class StoredPlan {
  /** Operators between floats and integers. */
  static final Set<String> BORDERS =
      Set.of("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear");

  private final Graph graph;
  private final GraphIndex index;
  private final Set<String> constants;

  /** Of the graph around a body, or null. */
  private final @Nullable StoredPlan outer;

  private StoredPlan(Graph graph, @Nullable StoredPlan outer) {
    this.graph = graph;
    this.outer = outer;
    this.index = new GraphIndex(graph);
    this.constants = constants(graph, outer == null ? Set.of() : outer.constants);
  }

  /**
   * Title to lines: first the recipe, if the file has one, then each node that computes, in the
   * order of the file, those in its bodies behind it.
   */
  public static Map<String, List<String>> of(Model model) {
    Map<String, List<String>> blocks = new LinkedHashMap<>();
    String recipe = model.metadata().get("halftone.recipe");
    if (recipe != null) blocks.put("recipe", recipe.lines().toList());
    new StoredPlan(model.graph(), null).addTo(blocks, "");
    return blocks;
  }

  /** Constants and all that nodes make of them alone, such as decoded weights. */
  static Set<String> constants(Graph graph) {
    return constants(graph, Set.of());
  }

  private static Set<String> constants(Graph graph, Set<String> outer) {
    Set<String> constants = new HashSet<>(outer);
    // What a body gives itself hides what is around it.
    for (ValueInfo input : graph.inputs()) constants.remove(input.name());
    for (Node node : graph.nodes()) constants.removeAll(node.outputs());
    constants.addAll(graph.initializers().keySet());
    constants.add("");
    for (Node node : graph.nodes())
      if (node.bodies().isEmpty() && constants.containsAll(node.inputs()))
        constants.addAll(node.outputs());
    return constants;
  }

  private void addTo(Map<String, List<String>> blocks, String where) {
    // Names need not be different.
    Map<String, Integer> titles = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (BORDERS.contains(node.opType()) || constants.containsAll(node.outputs())) continue;
      String name = "%s%s (%s)".formatted(where, node.label(), node.opType());
      int count = titles.merge(name, 1, Integer::sum);
      String title = count == 1 ? name : "%s, number %d".formatted(name, count);
      blocks.put(title, lines(node));
      bodies(node)
          .forEach(
              (body, inner) ->
                  new StoredPlan(inner, this).addTo(blocks, title + ", " + body + ": "));
    }
  }

  private static Map<String, Graph> bodies(Node node) {
    Map<String, Graph> bodies = new LinkedHashMap<>();
    node.attributes()
        .forEach(
            (name, attribute) -> {
              if (attribute instanceof Attribute.OfGraph(Graph body)) bodies.put(name, body);
              if (attribute instanceof Attribute.OfGraphs(List<Graph> several))
                for (Graph body : several) bodies.put(name + " " + bodies.size(), body);
            });
    return bodies;
  }

  private List<String> lines(Node node) {
    List<String> lines = new ArrayList<>();
    for (String input : node.inputs()) {
      String stored = stored(input);
      if (!stored.isEmpty()) lines.add("reads %s: %s".formatted(input, stored));
    }
    for (String output : node.outputs()) {
      for (Node reader : index.consumers(output))
        if (reader.opType().equals("QuantizeLinear") && reader.input(0).equals(output))
          lines.add("gives %s: %s".formatted(output, grid(reader, "")));
    }
    if (lines.isEmpty() && !QuantizedParts.isQuantized(node)) lines.add("float");
    return lines;
  }

  /** How a value is stored; empty for plain floats. */
  private String stored(String value) {
    Tensor plain = index.constant(value);
    if (plain != null) return plain.dtype().isFloat() ? scales(value, plain) : describe(plain);
    Node producer = index.producer(value);
    if (producer == null) return outer == null || isInput(value) ? "" : outer.stored(value);
    if (producer.opType().equals("DequantizeLinear")) {
      Tensor codes = index.constant(producer.input(0));
      return grid(producer, codes == null ? "" : describe(codes));
    }
    return constants.contains(value) ? decoded(producer) : "";
  }

  private boolean isInput(String value) {
    return graph.inputs().stream().anyMatch(input -> input.name().equals(value));
  }

  /** A scale that an operator reads itself. */
  private static String scales(String name, Tensor values) {
    return name.endsWith("_scale") ? spread(values) : "";
  }

  /** The constants that a weight is decoded from. */
  private String decoded(Node last) {
    Map<String, String> parts = new TreeMap<>();
    collect(last, parts, 8, Collections.newSetFromMap(new IdentityHashMap<>()));
    return parts.isEmpty()
        ? ""
        : "decoded from " + String.join(", ", parts.values().stream().distinct().toList());
  }

  private void collect(Node node, Map<String, String> parts, int depth, Set<Node> seen) {
    if (!seen.add(node)) return;
    for (String input : node.inputs()) {
      Tensor constant = index.constant(input);
      Node before = index.producer(input);
      if (constant != null && constant.count() > 1)
        parts.put(input, constant.dtype().isFloat() ? spread(constant) : describe(constant));
      if (before != null && depth > 0) collect(before, parts, depth - 1, seen);
    }
  }

  /** Type, scale and zero point of a QuantizeLinear or DequantizeLinear. */
  private String grid(Node border, String codes) {
    Tensor scale = index.constant(border.input(1));
    Tensor zero = border.input(2).isEmpty() ? null : index.constant(border.input(2));
    List<String> words = new ArrayList<>();
    if (!codes.isEmpty()) words.add(codes);
    else if (zero != null) words.add(name(zero));
    words.add(scale == null ? "a scale computed at run time" : spread(scale));
    if (zero != null && zero.count() == 1) words.add("zero point " + zero.longAt(0));
    if (scale != null && scale.count() > 1)
      words.add(
          border.attribute("block_size") instanceof Attribute.OfInt(long block) && block > 0
              ? "block %d along axis %d".formatted(block, border.integer("axis", 1))
              : "along axis " + border.integer("axis", 1));
    return String.join(", ", words);
  }

  private static String describe(Tensor codes) {
    List<String> sizes = new ArrayList<>();
    for (long size : codes.shape()) sizes.add(Long.toString(size));
    return name(codes) + "[" + String.join(", ", sizes) + "]";
  }

  private static String name(Tensor tensor) {
    return tensor.dtype().name().toLowerCase(Locale.ROOT);
  }

  /** One scale, or how many there are with the least and the greatest. */
  private static String spread(Tensor values) {
    if (values.count() == 0) return "no scale";
    float[] all = values.toFloats();
    float least = all[0];
    float greatest = all[0];
    for (float value : all) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return all.length == 1
        ? "scale " + number(least)
        : "%d scales from %s to %s".formatted(all.length, number(least), number(greatest));
  }

  private static String number(float value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
