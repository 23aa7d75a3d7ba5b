package dev.halftone.train;

import dev.halftone.graph.Graph;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.fake.FloatNodes;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.operator.FakeEncoding;
import dev.halftone.train.operator.FakeQuantization;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.jspecify.annotations.Nullable;

/**
 * Gives what each Conv and Gemm puts out the original's mean and variance, channel by channel: what
 * estimating batch normalization anew does (Nagel et al., "Overcoming Oscillations in
 * Quantization-Aware Training", arXiv 2203.11086, section 5.1), for normalizations that are folded.
 * With means {@code m} and variances {@code v} of a channel over some samples, of the original and
 * of the rounding layer, and {@code e} a thousandth of the original's mean variance of all
 * channels:
 *
 * <pre>
 * r = sqrt((v_original + e) / (v_rounding + e)), or 1 where that is above 4 or below 1/4
 * weight *= r,  its scales *= r where they are the channel's own
 * bias = m_original + (rounded bias - m_rounding) * r
 * </pre>
 *
 * <p>Layers are corrected in the order of the graph, so that each sees those before it corrected.
 */
final class MatchedStatistics {
  /** Share of the mean variance that each channel has at least: some put out nothing. */
  private static final double LEAST_VARIANCE = 1e-3;

  /** Beyond it rounding has left nothing of a channel that a larger scale would bring back. */
  private static final double MOST_RATIO = 4;

  private final List<Layer> layers;
  private final TorchGraph student;
  private final TorchGraph original;
  private final Map<Layer, ChannelMoments> wanted = new HashMap<>();

  MatchedStatistics(FakeQuantized model, Model teacher, TorchGraph student, TorchGraph original) {
    this.layers = layers(model, new GraphIndex(teacher.graph()));
    this.student = student;
    this.original = original;
  }

  /** Samples in batches, the same every time. */
  interface Shown {
    void each(Consumer<Map<String, Tensor>> batch);
  }

  /**
   * A layer.
   *
   * @param output of it in the trained graph
   * @param imitated the value of the original that it stands for
   * @param weight the parameter
   * @param axis of the weight's output channels
   * @param scales the weight's, if none is for several output channels; else null
   * @param bias the parameter
   * @param rounded the bias as it is added
   */
  private record Layer(
      String output,
      String imitated,
      String weight,
      int axis,
      @Nullable Scales scales,
      String bias,
      String rounded,
      int channels) {}

  /**
   * Scales of a weight.
   *
   * @param run how many of each output channel follow one another
   */
  private record Scales(String name, int run) {}

  private static List<Layer> layers(FakeQuantized model, GraphIndex teacher) {
    FloatNodes floats = new FloatNodes(model.floats().graph());
    GraphIndex index = new GraphIndex(model.model().graph());
    List<Layer> layers = new ArrayList<>();
    for (Node node : model.model().graph().nodes()) {
      Node imitated = floats.of(node);
      if (imitated == null || teacher.producer(imitated.output(0)) == null) continue;
      Layer layer = layer(node, imitated.output(0), model, index);
      if (layer != null) layers.add(layer);
    }
    return layers;
  }

  /** Null where it is no such layer, or another one has its constants too. */
  private static @Nullable Layer layer(
      Node node, String imitated, FakeQuantized model, GraphIndex index) {
    boolean gemm = node.is("Gemm") && node.integer("transA", 0) == 0 && node.real("beta", 1f) == 1f;
    if (!gemm && !node.is("Conv")) return null;
    String weight = own(node.input(1), model, index);
    String bias = own(node.input(2), model, index);
    if (weight == null || bias == null) return null;
    int axis = gemm && node.integer("transB", 0) == 0 ? 1 : 0;
    Graph graph = model.model().graph();
    Tensor weights = Objects.requireNonNull(graph.initializers().get(weight), weight);
    int channels = Math.toIntExact(weights.dimension(axis));
    if (Objects.requireNonNull(graph.initializers().get(bias), bias).count() != channels)
      return null;
    Scales scales = scales(index.producer(node.input(1)), weights, axis, graph);
    return new Layer(node.output(0), imitated, weight, axis, scales, bias, node.input(2), channels);
  }

  /** Those of a weight, if none is for several output channels; else null. */
  private static @Nullable Scales scales(
      @Nullable Node rounding, Tensor weight, int axis, Graph graph) {
    Tensor scale = rounding == null ? null : graph.initializers().get(rounding.input(1));
    if (rounding == null || scale == null) return null;
    long channels = weight.dimension(axis);
    if (FakeQuantization.is(rounding)) {
      boolean own = rounding.integer("axis", 0) == axis && scale.rank() == 1;
      return own && scale.count() == channels ? new Scales(rounding.input(1), 1) : null;
    }
    long inner = rounding.integer("inner", 1);
    long outer = weight.count() / (inner * rounding.integer("length", 1));
    if (axis == 0 && outer == channels)
      return new Scales(rounding.input(1), Math.toIntExact(scale.count() / channels));
    boolean last = axis == weight.rank() - 1 && outer == 1 && inner == channels;
    return last ? new Scales(rounding.input(1), 1) : null;
  }

  /** The parameter that only this input comes from, rounded or not; else null. */
  private static @Nullable String own(String input, FakeQuantized model, GraphIndex index) {
    Node rounding = index.producer(input);
    if (rounding != null && !FakeQuantization.is(rounding) && !FakeEncoding.is(rounding))
      return null;
    String name = rounding == null ? input : rounding.input(0);
    boolean shared = index.consumers(input).size() > 1 || index.consumers(name).size() > 1;
    return shared || !model.weights().contains(name) ? null : name;
  }

  /** Corrects all layers, once. */
  void match(Shown samples) {
    if (wanted.isEmpty()) wanted.putAll(moments(samples));
    for (Layer layer : layers) {
      ChannelMoments found = new ChannelMoments(layer.channels());
      AtomicReference<Tensor> bias = new AtomicReference<>();
      List<String> names = List.of(layer.output(), layer.rounded());
      samples.each(
          batch -> {
            Map<String, Tensor> values = values(student, batch, names);
            found.add(Objects.requireNonNull(values.get(layer.output())));
            bias.set(Objects.requireNonNull(values.get(layer.rounded())));
          });
      correct(layer, Objects.requireNonNull(wanted.get(layer)), found, bias.get().toFloats());
    }
  }

  private Map<Layer, ChannelMoments> moments(Shown samples) {
    Map<Layer, ChannelMoments> moments = new LinkedHashMap<>();
    Map<String, ChannelMoments> byValue = new LinkedHashMap<>();
    for (Layer layer : layers) {
      ChannelMoments own = new ChannelMoments(layer.channels());
      moments.put(layer, own);
      byValue.put(layer.imitated(), own);
    }
    samples.each(
        batch ->
            values(original, batch, byValue.keySet())
                .forEach((name, value) -> Objects.requireNonNull(byValue.get(name)).add(value)));
    return moments;
  }

  private static Map<String, Tensor> values(
      TorchGraph graph, Map<String, Tensor> batch, Collection<String> names) {
    try (Libtorch.Computation now = Libtorch.computing();
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      graph
          .run(TorchTensors.of(batch), names)
          .forEach((name, value) -> values.put(name, TorchTensors.copy(value)));
      return values;
    }
  }

  private void correct(
      Layer layer, ChannelMoments wanted, ChannelMoments found, float[] roundedBias) {
    double least = LEAST_VARIANCE * wanted.variance();
    float[] bias = TorchTensors.copy(tensor(layer.bias())).toFloats();
    float[] ratios = new float[layer.channels()];
    for (int c = 0; c < ratios.length; c++) {
      double ratio = Math.sqrt((wanted.variance(c) + least) / (found.variance(c) + least));
      ratios[c] = ratio >= 1 / MOST_RATIO && ratio <= MOST_RATIO ? (float) ratio : 1;
      double moved = wanted.mean(c) + (roundedBias[c] - found.mean(c)) * ratios[c];
      if (Double.isFinite(moved)) bias[c] = (float) moved;
    }
    fill(layer.bias(), bias);
    Tensor weight = TorchTensors.copy(tensor(layer.weight()));
    int inner = 1;
    for (int i = layer.axis() + 1; i < weight.rank(); i++) inner *= (int) weight.dimension(i);
    multiply(layer.weight(), inner, ratios);
    if (layer.scales() != null) multiply(layer.scales().name(), layer.scales().run(), ratios);
  }

  /** Channels follow one another, {@code run} elements each, again and again. */
  private void multiply(String name, int run, float[] ratios) {
    float[] values = TorchTensors.copy(tensor(name)).toFloats();
    for (int i = 0; i < values.length; i++) values[i] *= ratios[i / run % ratios.length];
    fill(name, values);
  }

  private void fill(String name, float[] values) {
    long[] shape = TorchTensors.copy(tensor(name)).shape();
    TorchTensors.fill(tensor(name), Tensor.ofFloats(values, shape));
  }

  private org.bytedeco.pytorch.Tensor tensor(String name) {
    return Objects.requireNonNull(student.parameters().get(name), name);
  }
}
