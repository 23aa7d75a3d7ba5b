package dev.halftone.evaluate;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.edit.GraphEditor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a model for the values of its reference.
 *
 * <p>A value {@code v} that the model quantizes is compared after that: with the DequantizeLinear
 * of its integers, so that the error of storing it is counted. Where there is none (an operator
 * such as QLinearConv gives or reads the integers, {@code v_quantized}), one is added for the
 * comparison. Otherwise it is the value of the same name.
 *
 * @param model with what had to be added
 * @param names value of the reference to value of the model, in the order of the reference's nodes
 */
record Counterparts(Model model, Map<String, String> names) {
  static Counterparts of(Graph reference, Model model) {
    return new Search(model).run(reference);
  }

  private static final class Search {
    private final Model model;
    private final GraphEditor editor;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, String> dequantized = new HashMap<>();
    private final Map<String, String> quantized = new HashMap<>();

    Search(Model model) {
      this.model = model;
      this.editor = new GraphEditor(model.graph());
      for (Node node : model.graph().nodes())
        for (String output : node.outputs()) producers.put(output, node);
      for (Node node : model.graph().nodes()) {
        if (node.opType().equals("QuantizeLinear"))
          quantized.putIfAbsent(node.input(0), node.output(0));
        if (!node.opType().equals("DequantizeLinear")) continue;
        Node source = producers.get(node.input(0));
        if (source != null && source.opType().equals("QuantizeLinear"))
          dequantized.putIfAbsent(source.input(0), node.output(0));
      }
    }

    Counterparts run(Graph reference) {
      Map<String, String> names = new LinkedHashMap<>();
      for (String value : produced(reference)) {
        String counterpart = counterpart(value);
        if (counterpart != null) names.put(value, counterpart);
      }
      return new Counterparts(model.withGraph(editor.toGraph()), names);
    }

    private static Set<String> produced(Graph graph) {
      Set<String> produced = new LinkedHashSet<>();
      for (Node node : graph.nodes()) if (!node.is("Constant")) produced.addAll(node.outputs());
      produced.remove("");
      return produced;
    }

    private @Nullable String counterpart(String value) {
      String stored = dequantized.get(value);
      if (stored != null) return stored;
      String integers = fromIntegers(quantized.getOrDefault(value, value + "_quantized"));
      if (integers != null) return integers;
      return producers.containsKey(value) ? value : null;
    }

    private @Nullable String fromIntegers(String codes) {
      Node producer = producers.get(codes);
      Grid grid = producer == null ? null : Grid.of(producer, producers);
      if (producer == null || grid == null) return null;
      String result = editor.freshName(codes + "_compared");
      editor.add(
          new Node(
              editor.freshName(result + "_DequantizeLinear"),
              Grid.domain(model.graph()),
              "DequantizeLinear",
              List.of(codes, grid.scale(), grid.zeroPoint()),
              List.of(result),
              Map.of(),
              Opaque.NONE));
      return result;
    }
  }
}
