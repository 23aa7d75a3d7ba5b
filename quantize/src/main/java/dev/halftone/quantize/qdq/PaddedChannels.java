package dev.halftone.quantize.qdq;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Processor;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Channels of zeros for depthwise convolutions whose channels are no multiple of what ONNX
 * Runtime's integer kernels take at once: the rest of each position costs them more than two whole
 * steps. The convolution in front gives the new channels, weights and biases of 0, and the one
 * behind ignores them, so that no other value changes. Values that have such channels get names of
 * their own, since they no longer are those of the model before.
 */
final class PaddedChannels {
  /** Channels that a kernel takes at once. */
  private static final int STEP = 16;

  /** Most that the number of channels may grow by. */
  private static final double GROWTH = 1.15;

  /** What gives 0 for 0, without constants by channel. */
  private static final Set<String> THROUGH = Set.of("Relu", "LeakyRelu", "HardSwish");

  private final StaticSelection selection;
  private final Graph graph;
  private final GraphIndex index;
  private final GraphEditor editor;
  private final Map<String, String> renames = new LinkedHashMap<>();
  private final Map<Node, Long> groups = new IdentityHashMap<>();

  /**
   * A depthwise convolution between the two that are padded with it.
   *
   * @param values what has its channels, the output of {@code before} first
   */
  private record Site(Node before, Node depthwise, Node after, List<String> values) {}

  private PaddedChannels(Model model, Recipe recipe) {
    this.selection = new StaticSelection(recipe, model.opset(), Map.of());
    this.graph = model.graph();
    this.index = new GraphIndex(graph);
    this.editor = new GraphEditor(graph);
  }

  /**
   * The same model, padded where the recipe's processor gains from it. Percentiles would count the
   * zeros, which other ways to calibrate do not mind; and rules by size are about weights as they
   * are.
   */
  static Model in(Model model, Recipe recipe, DataSet data) {
    boolean gains =
        recipe.processor() == Processor.X86_VNNI || recipe.processor() == Processor.X86_AMX;
    return gains
            && recipe.activations().bits() == 8
            && !(recipe.calibration() instanceof Calibration.Percentile)
            && recipe.rules().stream().noneMatch(rule -> rule.matcher().isSized())
            && !recipe.quantizeEverything()
        ? new PaddedChannels(model, recipe).run(model, data)
        : model;
  }

  private Model run(Model model, DataSet data) {
    List<Site> sites = sites();
    if (sites.isEmpty()) return model;
    Set<Node> depthwise = new LinkedHashSet<>();
    for (Site site : sites) depthwise.add(site.depthwise);
    Map<String, TensorType> types = SeenTypes.around(depthwise, model, data);
    for (Site site : sites) {
      if (pays(types.get(site.depthwise.input(0)), channels(site.depthwise))) pad(site);
    }
    editor.forgetTypes(renames.keySet());
    for (Node node : editor.nodes()) {
      Node renamed = renamed(node);
      if (!renamed.equals(node)) editor.replace(node, renamed);
    }
    return model.withGraph(editor.toGraph());
  }

  /** Whether there are so many positions that time counts for more than bytes. */
  private static boolean pays(@Nullable TensorType type, long channels) {
    if (type == null || type.shape() == null) return false;
    long positions = 1;
    for (Dimension dimension : type.shape().subList(2, type.shape().size())) {
      if (!(dimension instanceof Dimension.Fixed(long size))) return false;
      positions *= size;
    }
    return positions >= channels;
  }

  private List<Site> sites() {
    List<Site> sites = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Site site = isUnaligned(node) ? site(node) : null;
      if (site != null) sites.add(site);
    }
    return sites;
  }

  private boolean isUnaligned(Node node) {
    if (!isPaddable(node)) return false;
    long channels = channels(node);
    return node.integer("group", 1) == channels
        && weight(node).dimension(1) == 1
        && padded(channels) > channels
        && padded(channels) <= GROWTH * channels;
  }

  private @Nullable Site site(Node depthwise) {
    List<String> values = new ArrayList<>();
    String value = depthwise.input(0);
    Node before = null;
    while (before == null) {
      Node producer = index.producer(value);
      if (producer == null || index.onlyConsumer(value) == null) return null;
      values.addFirst(value);
      if (passes(producer)) value = producer.input(0);
      else before = producer;
    }
    Node after = null;
    for (value = depthwise.output(0); after == null; ) {
      Node consumer = index.onlyConsumer(value);
      if (consumer == null) return null;
      values.addLast(value);
      if (passes(consumer)) value = consumer.output(0);
      else after = consumer;
    }
    boolean fits =
        isDense(before)
            && isDense(after)
            && after.input(0).equals(value)
            && channels(before) == channels(depthwise)
            && weight(after).dimension(1) == channels(depthwise);
    return fits ? new Site(before, depthwise, after, values) : null;
  }

  /**
   * An operator without a name is known by that of its output, which will change: what is said of
   * it by name has to hold.
   */
  private static boolean passes(Node node) {
    return node.domain().isEmpty() && THROUGH.contains(node.opType()) && !node.name().isEmpty();
  }

  private boolean isDense(Node node) {
    return isPaddable(node) && node.integer("group", 1) == 1;
  }

  /** A convolution with a name that can be quantized, with constants of its own. */
  private boolean isPaddable(Node node) {
    return node.is("Conv")
        && !node.name().isEmpty()
        && selection.objection(node, index).isEmpty()
        && weight(node).rank() > 2
        && index.onlyConsumer(node.input(1)) != null
        && (node.input(2).isEmpty() || isOwnBias(node));
  }

  private boolean isOwnBias(Node node) {
    Tensor bias = index.constant(node.input(2));
    return bias != null
        && bias.dtype() == DType.FLOAT32
        && bias.rank() == 1
        && bias.count() == channels(node)
        && index.onlyConsumer(node.input(2)) != null;
  }

  private long channels(Node convolution) {
    return weight(convolution).dimension(0);
  }

  /** As it is by now: the convolution between two depthwise ones may be padded at both ends. */
  private Tensor weight(Node convolution) {
    return constant(convolution.input(1));
  }

  private Tensor constant(String name) {
    return Objects.requireNonNull(editor.initializers().get(name));
  }

  private static long padded(long channels) {
    return Math.ceilDiv(channels, STEP) * (long) STEP;
  }

  private void pad(Site site) {
    long channels = padded(channels(site.depthwise));
    padOutputs(site.before, channels);
    padOutputs(site.depthwise, channels);
    padInputs(site.after, channels);
    groups.put(site.depthwise, channels);
    for (String value : site.values) renames.put(value, editor.freshName(value + "_padded"));
  }

  private void padOutputs(Node convolution, long channels) {
    padRows(convolution.input(1), channels);
    if (!convolution.input(2).isEmpty()) padRows(convolution.input(2), channels);
  }

  /** Zeros behind the last row of a constant. */
  private void padRows(String name, long rows) {
    Tensor value = constant(name);
    long[] shape = value.shape();
    long row = value.count() / shape[0];
    shape[0] = rows;
    float[] longer = Arrays.copyOf(value.toFloats(), Math.toIntExact(rows * row));
    editor.replaceInitializer(name, Tensor.ofFloats(longer, shape));
  }

  /** Zeros behind the last input channel of each output channel. */
  private void padInputs(Node convolution, long channels) {
    Tensor weight = weight(convolution);
    long[] shape = weight.shape();
    int kept = Math.toIntExact(weight.count() / shape[0]);
    shape[1] = channels;
    int each = Math.toIntExact(Tensor.elements(shape) / shape[0]);
    float[] values = weight.toFloats();
    float[] wider = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int output = 0; output < shape[0]; output++)
      System.arraycopy(values, output * kept, wider, output * each, kept);
    editor.replaceInitializer(convolution.input(1), Tensor.ofFloats(wider, shape));
  }

  private Node renamed(Node node) {
    Node renamed = node.withInputs(renamed(node.inputs())).withOutputs(renamed(node.outputs()));
    Long group = groups.get(node);
    return group == null ? renamed : renamed.withAttribute("group", new Attribute.OfInt(group));
  }

  private List<String> renamed(List<String> names) {
    return names.stream().map(name -> renames.getOrDefault(name, name)).toList();
  }
}
