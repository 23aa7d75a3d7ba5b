package dev.halftone.quantize.qdq;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.quantize.forms.Role;
import dev.halftone.quantize.scope.CastTypes;
import dev.halftone.quantize.scope.TurnedMatrix;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Tables whose rows are a product's output channels too, as embeddings are that a language model
 * shares with its head: rows are taken from the product's codes, which are stored once, as rows. A
 * product that reads them as columns does so through a Transpose, which ONNX Runtime computes when
 * it loads the model.
 */
final class TiedTables {
  private final GraphIndex floats;
  private final GraphEditor editor;
  private final Map<String, Product> products;

  /** The codes of a table, by the codes of the product that they were taken from. */
  private final Map<String, String> tables = new LinkedHashMap<>();

  /** A quantized weight, and its float form. */
  private record Product(String codes, Tensor original, QuantizedTensor weight) {
    /** Whether each row of the table is one of the weight's channels. */
    boolean holds(Tensor table) {
      Tensor scale = weight.scale();
      if (table.rank() != 2 || original.rank() != 2 || scale.rank() != 1) return false;
      if (scale.count() != table.dimension(0) || !isSymmetric()) return false;
      return weight.axis() == 0 ? table.equals(original) : isTurned(table);
    }

    private boolean isSymmetric() {
      for (long i = 0; i < weight.zeroPoint().count(); i++)
        if (weight.zeroPoint().longAt(i) != 0) return false;
      return weight.codes().dtype() == DType.INT8;
    }

    private boolean isTurned(Tensor table) {
      long rows = table.dimension(0);
      long columns = table.dimension(1);
      if (original.dimension(0) != columns || original.dimension(1) != rows) return false;
      if (!TurnedMatrix.canBe(weight.codes())) return false;
      for (long row = 0; row < rows; row++)
        for (long column = 0; column < columns; column++)
          if (table.floatAt(row * columns + column) != original.floatAt(column * rows + row))
            return false;
      return true;
    }
  }

  private TiedTables(Graph floats, GraphEditor editor, Map<String, Product> products) {
    this.floats = new GraphIndex(floats);
    this.editor = editor;
    this.products = products;
  }

  /**
   * The graph with tables taken from the codes of products.
   *
   * @param quantized what {@code decisions} made of {@code floats}, tables in it still in float
   * @param originals the constant of {@code floats} by the initializer of its codes
   * @param allowed nodes that the recipe lets be quantized
   */
  static Graph share(
      Graph floats,
      StaticDecisions decisions,
      Graph quantized,
      Map<String, String> originals,
      Predicate<Node> allowed) {
    GraphEditor editor = new GraphEditor(quantized);
    Map<String, Product> products = products(floats, decisions, editor, originals);
    if (products.isEmpty()) return quantized;
    TiedTables tied = new TiedTables(floats, editor, products);
    for (Node node : List.copyOf(editor.nodes())) {
      if (node.is("Gather") && Role.direct(node, 0) == Role.TABLE && allowed.test(node))
        tied.take(node);
    }
    if (tied.tables.isEmpty()) return quantized;
    editor.prune();
    return editor.toGraph();
  }

  private static Map<String, Product> products(
      Graph graph, StaticDecisions decisions, GraphEditor editor, Map<String, String> originals) {
    Map<String, Product> products = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      LinearWeights linear = decisions.weights().get(node);
      if (linear == null) continue;
      String name = node.input(1);
      Tensor codes = linear.weight().codes();
      originals.entrySet().stream()
          .filter(entry -> entry.getValue().equals(name))
          .map(Map.Entry::getKey)
          .filter(stored -> codes.equals(editor.initializers().get(stored)))
          .forEach(
              stored ->
                  products.put(
                      stored,
                      new Product(
                          stored,
                          Objects.requireNonNull(graph.initializers().get(name)),
                          linear.weight())));
    }
    return products;
  }

  private void take(Node gather) {
    Tensor table = floats.constant(gather.input(0));
    if (table == null || table.dtype() != DType.FLOAT32) return;
    for (Product product : products.values()) {
      if (!product.holds(table)) continue;
      String codes =
          tables.computeIfAbsent(product.codes(), name -> asTable(gather.input(0), product));
      decode(gather, codes, scales(product));
      return;
    }
  }

  /** The name of the product's codes as rows. */
  private String asTable(String wish, Product product) {
    if (product.weight().axis() == 0) return product.codes();
    String name = editor.freshName(wish + "_quantized");
    editor.removeInitializer(product.codes());
    editor.addInitializer(name, TurnedMatrix.of(product.weight().codes()));
    Map<String, Attribute> turn = Map.of("perm", new Attribute.OfInts(List.of(1L, 0L)));
    String label = editor.freshName(product.codes() + "_Transpose");
    editor.add(
        new Node(
            label, "", "Transpose", List.of(name), List.of(product.codes()), turn, Opaque.NONE));
    return name;
  }

  /** The scales, one below the other, so that rows of them are multiplied with rows of codes. */
  private String scales(Product product) {
    String name = product.codes() + "_row_scale";
    if (!editor.initializers().containsKey(name)) {
      Tensor scale = product.weight().scale();
      editor.addInitializer(name, scale.reshape(scale.count(), 1));
    }
    return name;
  }

  private void decode(Node gather, String codes, String scales) {
    String output = gather.output(0);
    String row = editor.freshName(output + "_quantized");
    String scale = editor.freshName(output + "_scale");
    String value = editor.freshName(output + "_codes");
    Map<String, Attribute> toFloat = Map.of("to", CastTypes.to(DType.FLOAT32));
    editor.replace(
        gather, gather.withInputs(List.of(codes, gather.input(1))).withOutputs(List.of(row)));
    add("Gather", List.of(scales, gather.input(1)), scale, Map.of());
    add("Cast", List.of(row), value, toFloat);
    add("Mul", List.of(value, scale), output, Map.of());
  }

  private void add(
      String opType, List<String> inputs, String output, Map<String, Attribute> attributes) {
    String name = editor.freshName(output + "_" + opType);
    editor.add(new Node(name, "", opType, inputs, List.of(output), attributes, Opaque.NONE));
  }
}
