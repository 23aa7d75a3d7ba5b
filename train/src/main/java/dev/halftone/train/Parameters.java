package dev.halftone.train;

import dev.halftone.graph.Graph;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.fake.FakeQuantized.Rounding;
import dev.halftone.train.fake.FakeQuantized.ZeroPoint;
import dev.halftone.train.function.TorchGraph;
import dev.halftone.train.optimize.Method;
import dev.halftone.train.optimize.Parameter;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;

/** How far each parameter goes at a step. */
final class Parameters {
  /** Share of its first value that a scale never falls below. */
  private static final double LEAST_SCALE = 1e-3;

  /** Unit of weights that are all zero. */
  private static final float ZERO_UNIT = 1e-2f;

  private final FakeQuantized model;
  private final TorchGraph graph;
  private final TrainOptions options;
  private final KeptZeros zeros;

  private Parameters(FakeQuantized model, TorchGraph graph, TrainOptions options, KeptZeros zeros) {
    this.model = model;
    this.graph = graph;
    this.options = options;
    this.zeros = zeros;
  }

  /**
   * Of a model. A weight's unit is the root mean square of each of its output channels, where it
   * has a scale for each, or of the whole, zeros that stay left out; a scale's unit is the scale.
   *
   * @param sizes elements of one sample's inner values, by name
   */
  static List<Parameter> of(
      FakeQuantized model,
      TorchGraph graph,
      TrainOptions options,
      KeptZeros zeros,
      Map<String, Long> sizes) {
    try (PointerScope temporaries = new PointerScope()) {
      return new Parameters(model, graph, options, zeros).all(sizes);
    }
  }

  private List<Parameter> all(Map<String, Long> sizes) {
    List<Parameter> all = new ArrayList<>();
    Map<String, Integer> axes = new HashMap<>();
    for (Rounding rounding : model.roundings()) {
      boolean byChannel = initial(rounding.scale()).count() > 1;
      axes.put(rounding.value(), byChannel ? rounding.axis() : -1);
    }
    for (String name : model.weights()) all.add(weight(name, axes.getOrDefault(name, -1)));
    if (options.scaleRate() > 0) all.addAll(scales(sizes));
    return all;
  }

  private Parameter weight(String name, int axis) {
    Tensor initial = initial(name);
    org.bytedeco.pytorch.Tensor tensor = tensor(name);
    Tensor mask = zeros.masks().get(name);
    org.bytedeco.pytorch.Tensor unit = kept(TorchTensors.of(magnitudes(initial, axis, mask)));
    boolean matrix = initial.rank() > 1;
    return new Parameter(name, tensor, unit, 1, matrix, mask(initial, mask), none(), none());
  }

  /** What stays zero; all ones where pruning has it still to say. */
  private org.bytedeco.pytorch.Tensor mask(Tensor initial, @Nullable Tensor zeros) {
    if (zeros != null) return kept(TorchTensors.of(zeros));
    if (options.pruning() == null || initial.rank() < 2) return none();
    float[] ones = new float[Math.toIntExact(initial.count())];
    Arrays.fill(ones, 1);
    return kept(TorchTensors.of(Tensor.ofFloats(ones, initial.shape())));
  }

  private static org.bytedeco.pytorch.Tensor none() {
    return kept(new org.bytedeco.pytorch.Tensor());
  }

  /**
   * Root mean square by index of the axis, or of the whole; of a shape that spreads.
   *
   * @param mask 0 where elements do not count, or null when all do
   */
  static Tensor magnitudes(Tensor weight, int axis, @Nullable Tensor mask) {
    float[] values = weight.toFloats();
    float[] counted = mask == null ? null : mask.toFloats();
    long[] shape = new long[weight.rank()];
    Arrays.fill(shape, 1);
    // Biases have an axis too, but no channel has more than one.
    boolean byChannel = axis >= 0 && weight.rank() > 1;
    int channels = byChannel ? (int) weight.dimension(axis) : 1;
    int inner = 1;
    if (byChannel) {
      shape[axis] = channels;
      for (int i = axis + 1; i < weight.rank(); i++) inner *= (int) weight.dimension(i);
    }
    double[] squares = new double[channels];
    long[] counts = new long[channels];
    for (int i = 0; i < values.length; i++) {
      if (counted != null && counted[i] == 0) continue;
      squares[i / inner % channels] += (double) values[i] * values[i];
      counts[i / inner % channels]++;
    }
    float[] units = new float[channels];
    long count = Arrays.stream(counts).sum();
    double all = Math.sqrt(Arrays.stream(squares).sum() / Math.max(1, count));
    for (int c = 0; c < channels; c++) {
      double own = Math.sqrt(squares[c] / Math.max(1, counts[c]));
      units[c] = own > 0 ? (float) own : all > 0 ? (float) all : ZERO_UNIT;
    }
    return Tensor.ofFloats(units, shape);
  }

  /**
   * Gradients of a scale are sums over all it rounds; {@code 1 / sqrt(elements * reach)} makes them
   * count as those of weights (arXiv 1902.08153, section 2.2).
   */
  private List<Parameter> scales(Map<String, Long> sizes) {
    Map<String, Double> gradientScales = new LinkedHashMap<>();
    for (Rounding rounding : model.roundings()) {
      long scales = initial(rounding.scale()).count();
      Tensor weight = graph().initializers().get(rounding.value());
      long elements =
          (weight == null ? sizes.getOrDefault(rounding.value(), 1L) : weight.count()) / scales;
      double factor = 1 / Math.sqrt(Math.max(1, elements) * rounding.reach());
      gradientScales.merge(rounding.scale(), factor, Math::min);
    }
    List<Parameter> all = new ArrayList<>();
    gradientScales.forEach((name, factor) -> all.add(scale(name, factor)));
    if (options.zeroPoints() == ZeroPoints.LEARNED)
      for (ZeroPoint zeroPoint : model.zeroPoints())
        all.add(
            zeroPoint(zeroPoint, Objects.requireNonNull(gradientScales.get(zeroPoint.scale()))));
    return all;
  }

  private Parameter scale(String name, double factor) {
    org.bytedeco.pytorch.Tensor initial = TorchTensors.of(initial(name));
    org.bytedeco.pytorch.Tensor unit = kept(initial.mul(new Scalar(share())));
    org.bytedeco.pytorch.Tensor floor = kept(initial.mul(new Scalar(LEAST_SCALE)));
    return new Parameter(name, tensor(name), unit, factor, false, none(), floor, none());
  }

  /**
   * The gradient counts as its scale's does. Its unit is the share of all codes that a scale's is
   * of the scale, so that either moves the ends of the range about as far.
   */
  private Parameter zeroPoint(ZeroPoint zeroPoint, double factor) {
    double codes = zeroPoint.high() - zeroPoint.low();
    return new Parameter(
        zeroPoint.name(),
        tensor(zeroPoint.name()),
        number(codes * share()),
        factor,
        false,
        none(),
        number(zeroPoint.low()),
        number(zeroPoint.high()));
  }

  /** Of a unit, which counts twice where the gradient's length does: in it and in the step. */
  private double share() {
    return options.method() == Method.SGD ? Math.sqrt(options.scaleRate()) : options.scaleRate();
  }

  private static org.bytedeco.pytorch.Tensor number(double value) {
    return kept(TorchTensors.of(Tensor.scalar((float) value)));
  }

  private static org.bytedeco.pytorch.Tensor kept(org.bytedeco.pytorch.Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }

  private org.bytedeco.pytorch.Tensor tensor(String name) {
    return Objects.requireNonNull(graph.parameters().get(name), name);
  }

  private Tensor initial(String name) {
    return Objects.requireNonNull(graph().initializers().get(name), name);
  }

  private Graph graph() {
    return model.model().graph();
  }
}
