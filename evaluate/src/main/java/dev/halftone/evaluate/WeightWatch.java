package dev.halftone.evaluate;

import dev.halftone.calibrate.observe.Channel;
import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.evaluate.Evidence.Clipping;
import dev.halftone.evaluate.Levels.Ends;
import dev.halftone.evaluate.Spread.Steps;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the weights of products: those of the reference, with normalizations folded into them,
 * and the floats that the model's codes stand for, which ONNX Runtime decodes.
 */
final class WeightWatch {
  /** Weights decoded together; larger ones are left out. */
  private static final long MOST_ELEMENTS = 1L << 26;

  private final GraphIndex folded;
  private final Map<String, Node> foldedNodes;
  private final Map<String, Node> modelNodes;
  private final GraphIndex index;
  private final Model model;
  private final GraphEditor editor;
  private final Map<String, Evidence> found = new HashMap<>();
  private final Workspace workspace = new Workspace();

  private WeightWatch(Graph folded, Model model) {
    this.folded = new GraphIndex(folded);
    this.foldedNodes = byName(folded);
    this.modelNodes = byName(model.graph());
    this.index = new GraphIndex(model.graph());
    this.model = model;
    this.editor = new GraphEditor(model.graph());
  }

  /**
   * By the {@link #key} of the products. Those whose weights did not change, or are not found by
   * name, are left out.
   *
   * @param folded the reference with constants computed and normalizations folded
   */
  static Map<String, Evidence> of(Collection<Node> products, Graph folded, Model model) {
    WeightWatch watch = new WeightWatch(folded, model);
    List<Pair> pairs = new ArrayList<>();
    for (Node product : products) {
      Pair pair = watch.pair(product);
      if (pair != null) pairs.add(pair);
    }
    watch.lookAt(pairs);
    return watch.found;
  }

  /**
   * @param after name of the decoded weights in the model
   * @param axis of the outputs
   */
  private record Pair(String product, Tensor before, String after, int axis) {}

  private static Map<String, Node> byName(Graph graph) {
    Map<String, Node> nodes = new HashMap<>();
    for (Node node : graph.nodes()) if (!node.name().isEmpty()) nodes.put(node.name(), node);
    return nodes;
  }

  private @Nullable Pair pair(Node product) {
    Node original = original(product);
    if (original == null || !original.opType().equals(product.opType())) return null;
    Tensor before = folded.constant(original.input(1));
    if (before == null || !before.dtype().isFloat() || before.count() > MOST_ELEMENTS) return null;
    int axis = outputAxis(original, before);
    Node made = modelNodes.get(product.name());
    String after = made == null ? afterByName(original.input(1), axis) : after(made, axis);
    return axis < 0 || after == null ? null : new Pair(key(product), before, after, axis);
  }

  /** What stands for a product in the result: its name, or its output's where it has none. */
  static String key(Node product) {
    return product.label();
  }

  private @Nullable Node original(Node product) {
    return product.name().isEmpty()
        ? folded.producer(product.output(0))
        : foldedNodes.get(product.name());
  }

  /** By the names that this toolkit gives; the products themselves have none. */
  private @Nullable String afterByName(String weights, int axis) {
    for (String name : List.of(weights + "_dequantized", weights))
      if (index.producer(name) != null) return name;
    String codes = weights + "_quantized";
    return decoded(codes, scaleOf(codes), weights + "_zero_point", axis);
  }

  /** Of the weights; -1 where there is none. */
  private static int outputAxis(Node product, Tensor weights) {
    return switch (product.opType()) {
      case "Conv" -> 0;
      case "ConvTranspose" -> 1;
      case "Gemm" -> product.integer("transB", 0) == 1 ? 0 : 1;
      case "MatMul" -> weights.rank() - 1;
      default -> -1;
    };
  }

  /** The name of the decoded weights; null where they are plain floats, or in an unknown form. */
  private @Nullable String after(Node made, int axis) {
    return switch (made.opType()) {
      case "Conv", "ConvTranspose", "Gemm", "MatMul" ->
          index.producer(made.input(1)) == null ? null : made.input(1);
      case "QLinearConv", "QLinearMatMul", "QGemm" ->
          decoded(made.input(3), made.input(4), made.input(5), axis);
      case "MatMulInteger", "ConvInteger" ->
          decoded(made.input(1), scaleOf(made.input(1)), made.input(3), axis);
      default -> null;
    };
  }

  /** As this toolkit and ONNX Runtime's name it; the operator itself does not read it. */
  private static String scaleOf(String codes) {
    return codes.replaceFirst("_quantized$", "_scale");
  }

  private @Nullable String decoded(String codes, String scale, String zeroPoint, int axis) {
    Tensor stored = index.constant(codes);
    Tensor scales = index.constant(scale);
    if (stored == null || scales == null || !scales.dtype().isFloat()) return null;
    Tensor zero = zeroPoint.isEmpty() ? null : index.constant(zeroPoint);
    String result = editor.freshName(codes + "_decoded");
    editor.add(
        new Node(
            editor.freshName(result + "_DequantizeLinear"),
            "",
            "DequantizeLinear",
            zero != null && zero.count() == scales.count()
                ? List.of(codes, scale, zeroPoint)
                : List.of(codes, scale),
            List.of(result),
            scales.count() == 1 ? Map.of() : Map.of("axis", new Attribute.OfInt(axis)),
            Opaque.NONE));
    return result;
  }

  private void lookAt(List<Pair> pairs) {
    Graph complete = editor.toGraph();
    Levels levels = new Levels(complete);
    List<Pair> group = new ArrayList<>();
    long elements = 0;
    for (Pair pair : pairs) {
      if (elements + pair.before.count() > MOST_ELEMENTS) {
        lookAt(group, complete, levels);
        group.clear();
        elements = 0;
      }
      group.add(pair);
      elements += pair.before.count();
    }
    lookAt(group, complete, levels);
  }

  private void lookAt(List<Pair> group, Graph complete, Levels levels) {
    if (group.isEmpty()) return;
    Map<String, Tensor> decoded = decode(group, complete);
    for (Pair pair : group) {
      Tensor after = decoded.get(pair.after);
      if (after == null || !after.dtype().isFloat() || !sameShape(pair.before, after)) continue;
      found.put(pair.product, evidence(pair, after, levels));
    }
  }

  private static boolean sameShape(Tensor before, Tensor after) {
    return before.count() > 0 && Arrays.equals(before.shape(), after.shape());
  }

  /** Nothing where the weights depend on inputs, or ONNX Runtime refuses. */
  private Map<String, Tensor> decode(List<Pair> group, Graph complete) {
    GraphEditor wanted = new GraphEditor(complete);
    wanted.setOutputs(group.stream().map(pair -> new ValueInfo(pair.after, null)).toList());
    wanted.setInputs(List.of());
    wanted.prune();
    try (RunnableModel constants =
        RunnableModel.open(model.withGraph(wanted.toGraph()), List.of(), RunOptions.asWritten())) {
      return constants.run(Map.of());
    } catch (UnsupportedModelException e) {
      return new LinkedHashMap<>();
    }
  }

  private Evidence evidence(Pair pair, Tensor decoded, Levels levels) {
    Steps steps = levels.of(pair.after);
    Ends ends = levels.ends(pair.after);
    Statistics before =
        statistics(
            pair.before, Request.HISTOGRAM.plus(Request.MOMENTS).plus(Request.channels(pair.axis)));
    Statistics after = statistics(decoded, Request.HISTOGRAM);
    List<Channel> channels = before.channels(pair.axis).all();
    double meanSquare = before.moments().secondMoment();
    boolean shared = steps != null && steps.grids() == 1;
    return new Evidence(
        Spread.of(before, after, steps),
        shared ? Evidence.peak(before) : 0,
        ends == null ? Clipping.NONE : clipping(pair, channels.size(), ends, meanSquare),
        shared ? imbalance(channels) : 1,
        meanSquare,
        channels.size(),
        pair.before.count());
  }

  private Statistics statistics(Tensor tensor, Request request) {
    Observer observer = new Observer(request);
    observer.observe(tensor, workspace);
    return observer.statistics();
  }

  private static double imbalance(List<Channel> channels) {
    double[] magnitudes =
        channels.stream()
            .mapToDouble(channel -> Math.max(-channel.min(), channel.max()))
            .filter(magnitude -> magnitude > 0)
            .sorted()
            .toArray();
    return magnitudes.length == 0
        ? 1
        : magnitudes[magnitudes.length - 1] / magnitudes[magnitudes.length / 2];
  }

  /** None where grids are neither one for all nor one for each channel. */
  private static Clipping clipping(Pair pair, int channels, Ends ends, double meanSquare) {
    int grids = ends.width().length;
    if (grids != 1 && grids != channels) return Clipping.NONE;
    long inner = 1;
    for (int axis = pair.axis + 1; axis < pair.before.rank(); axis++)
      inner *= pair.before.dimension(axis);
    float[] weights = pair.before.toFloats();
    long beyond = 0;
    double squares = 0;
    for (int i = 0; i < weights.length; i++) {
      int grid = grids == 1 ? 0 : (int) (i / inner % channels);
      double past = Clipping.past(weights[i], ends.low()[grid], ends.high()[grid]);
      if (past <= ends.width()[grid] / 2) continue;
      beyond++;
      squares += past * past;
    }
    return Clipping.of(beyond, weights.length, squares, meanSquare);
  }
}
