package dev.halftone.quantize.qdq;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Estimates what stays in float because integers would be slower. Integer kernels pay for gathering
 * their input tap by tap where there are few channels, as in the first layers of a network for
 * images, and for the conversion where float meets integers. The linear operators before some
 * point, in the order of the graph, may therefore stay in float; the point with the least estimated
 * time is taken. Small networks as a whole may stay in float.
 *
 * <p>The estimate is a model, not a measurement, so that the same recipe gives the same file on
 * every machine. Its constants were fitted to one-thread profiles of ONNX Runtime 1.29 on x86-64
 * with AVX-512 VNNI, other processors are some times slower or faster; {@code docs/decisions} has
 * the tables.
 */
final class LayerCost {
  /** How much faster, at least, float has to be. */
  private static final double MARGIN = 0.97;

  /** Nanoseconds to quantize one element and to change its layout. */
  private static final double QUANTIZE = 0.45;

  /**
   * Nanoseconds for one element of a MaxPool that runs on integers outside of the channels-last
   * layout.
   */
  private static final double POOL = 18;

  /** Nanoseconds to run one more node. */
  private static final double NODE = 1500;

  private final Pace pace;
  private final boolean padsInputs;
  private final Graph graph;
  private final GraphIndex index;
  private final Map<String, TensorType> types;

  private LayerCost(Model model, Recipe recipe, Map<String, TensorType> types) {
    this.pace = Pace.of(recipe.processor());
    this.padsInputs = PaddedInputs.gain(recipe, model.opset());
    this.graph = model.graph();
    this.index = new GraphIndex(graph);
    this.types = types;
  }

  /** Linear operators that stay in float, by their first output, each with the reason. */
  static Map<String, String> slowInIntegers(
      Model model, Placement widest, Recipe recipe, DataSet data) {
    if (recipe.processor() == Processor.ANY) return Map.of();
    // Matrix products alone are always worth it: there is nothing to weigh, and no shape to be
    // learnt.
    if (widest.linear().stream().noneMatch(node -> node.is("Conv"))) return Map.of();
    Map<String, TensorType> types = SeenTypes.around(widest.linear(), model, data);
    return new LayerCost(model, recipe, types).choose(widest);
  }

  private Map<String, String> choose(Placement widest) {
    List<Node> linear = graph.nodes().stream().filter(widest.linear()::contains).toList();
    List<Layer> layers = new ArrayList<>();
    for (Node node : linear) {
      Layer layer = layer(node);
      if (layer == null) return Map.of();
      layers.add(layer);
    }
    Sources sources = new Sources(linear, graph, index);
    double[] costs = new double[layers.size() + 1];
    for (int cut = 0; cut < costs.length; cut++) costs[cut] = cost(linear, layers, sources, cut);
    int best = 0;
    for (int cut = 1; cut < costs.length; cut++) if (costs[cut] < costs[best] * MARGIN) best = cut;
    Map<String, String> slow = new LinkedHashMap<>();
    for (int i = 0; i < best; i++) slow.put(linear.get(i).output(0), reason(best == layers.size()));
    return slow;
  }

  private static String reason(boolean all) {
    return all
        ? "the network is too small to gain from integers on this kind of CPU"
        : "its few channels make it slower in integers on this kind of CPU";
  }

  /** Estimated nanoseconds when the operators before {@code cut} stay in float. */
  private double cost(List<Node> linear, List<Layer> layers, Sources sources, int cut) {
    double cost = 0;
    Set<String> entries = new HashSet<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      cost += i < cut ? pace.floatTime(layer) : pace.integerTime(layer);
      String input = linear.get(i).input(0);
      if (i < cut || !sources.isFloat(input, cut) || !entries.add(input)) continue;
      cost += pace.entry() * (3 * NODE + layer.inputElements() * QUANTIZE);
      if (sources.isPooled(input)) cost += pace.products() * layer.inputElements() * POOL;
    }
    return cost;
  }

  private @Nullable Layer layer(Node node) {
    Tensor weight = graph.initializers().get(node.input(1));
    long[] input = shape(node.input(0));
    long[] output = shape(node.output(0));
    if (weight == null || input == null || output == null) return null;
    boolean outside = padsInputs && index.producer(node.input(0)) == null;
    long channels = outside ? PaddedInputs.channels(node, weight) : weight.dimension(1);
    return channels > weight.dimension(1)
        ? Layer.padded(node, weight, input, output, channels)
        : Layer.of(node, weight, input, output);
  }

  /** The shape of one sample as it was seen; null when it was not. */
  private long @Nullable [] shape(String value) {
    TensorType type = types.get(value);
    if (type == null || type.shape() == null) return null;
    List<Dimension> dimensions = type.shape();
    long[] shape = new long[dimensions.size()];
    for (int i = 0; i < shape.length; i++) {
      // A free batch axis counts as one sample.
      shape[i] = dimensions.get(i) instanceof Dimension.Fixed(long size) ? size : 1;
      if (i == 0 && shape.length > 1) shape[i] = 1;
    }
    return shape;
  }
}
