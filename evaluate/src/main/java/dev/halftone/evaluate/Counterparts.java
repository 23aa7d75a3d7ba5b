package dev.halftone.evaluate;

import dev.halftone.evaluate.PaddedValues.Padded;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
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
 * comparison. Otherwise it is the value of the same name. Of a value with channels of zeros, which
 * its reference does not have, the others are sliced off for the comparison.
 *
 * @param model with what had to be added
 * @param names value of the reference to value of the model, in the order of the reference's nodes
 * @param padded those of them that are slices, with the name of the whole
 */
record Counterparts(Model model, Map<String, String> names, Map<String, Padded> padded) {
  static Counterparts of(Graph reference, Model model, Map<String, Padded> padded) {
    return new Search(model, padded).run(reference);
  }

  /** What the model stores or gives for a value of the reference, channels of zeros included. */
  String whole(String value) {
    Padded wide = padded.get(value);
    return wide == null ? names.getOrDefault(value, "") : wide.name();
  }

  private static final class Search {
    private final Model model;
    private final GraphEditor editor;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, String> dequantized = new HashMap<>();
    private final Map<String, String> quantized = new HashMap<>();
    private final Map<String, Padded> padded;
    private final Map<String, Padded> sliced = new LinkedHashMap<>();

    Search(Model model, Map<String, Padded> padded) {
      this.model = model;
      this.padded = padded;
      this.editor = new GraphEditor(model.graph());
      for (Node node : model.graph().nodes())
        for (String output : node.outputs()) producers.put(output, node);
      for (Node node : model.graph().nodes()) {
        if (Coding.isEncoder(node)) quantized.putIfAbsent(node.input(0), node.output(0));
        if (!Coding.isDecoder(node)) continue;
        Node source = producers.get(node.input(0));
        if (source != null && Coding.isEncoder(source))
          dequantized.putIfAbsent(source.input(0), node.output(0));
      }
    }

    Counterparts run(Graph reference) {
      Map<String, String> names = new LinkedHashMap<>();
      for (String value : produced(reference)) {
        Padded wide = padded.get(value);
        String counterpart = counterpart(wide == null ? value : wide.name());
        if (counterpart == null) continue;
        names.put(value, wide == null ? counterpart : slice(value, counterpart, wide));
      }
      return new Counterparts(model.withGraph(editor.toGraph()), names, sliced);
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

    private String slice(String value, String whole, Padded wide) {
      sliced.put(value, new Padded(whole, wide.channels(), wide.zeros(), wide.rank()));
      String result = editor.freshName(whole + "_sliced");
      List<String> inputs =
          List.of(whole, number(result, 0), number(result, wide.channels()), number(result, 1));
      editor.add(Node.of(editor.freshName(result + "_Slice"), "Slice", inputs, List.of(result)));
      return result;
    }

    private String number(String wish, long number) {
      String name = editor.freshName(wish + "_number");
      editor.addInitializer(name, Tensor.ofLongs(new long[] {number}, 1));
      return name;
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
