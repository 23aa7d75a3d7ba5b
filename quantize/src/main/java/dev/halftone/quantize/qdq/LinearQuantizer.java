package dev.halftone.quantize.qdq;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Node;
import dev.halftone.kernels.Kernels;
import dev.halftone.number.IntegerFormat;
import dev.halftone.quantize.codes.CodeLayout;
import dev.halftone.quantize.codes.CodeRequest;
import dev.halftone.quantize.codes.Codes;
import dev.halftone.quantize.codes.Encoder;
import dev.halftone.quantize.codes.Importance;
import dev.halftone.quantize.codes.IntegerGrid;
import dev.halftone.quantize.codes.Scaling;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.ScaleStorage;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Weights and biases of linear operators as integers. Weights are symmetric: {@code scale[c] =
 * max|w[c]| / high}, or what the recipe's search finds, zero point 0, half to even. A bias has 32
 * bits and the scale {@code input * weight[c]}; where it would overflow, the channel's weight scale
 * is enlarged to {@code 1.0001 * 2|b| / ((2^32 - 2) * input)} (ONNX Runtime's quantizer does the
 * same).
 */
final class LinearQuantizer {
  private static final double BIAS_STEPS = 4294967294.0;
  private static final double MARGIN = 1.0001;

  private final GraphIndex index;
  private final Recipe recipe;
  private final int threads;

  LinearQuantizer(GraphIndex index, Recipe recipe, int threads) {
    this.index = index;
    this.recipe = recipe;
    this.threads = threads;
  }

  /**
   * Least weight scales that the operator's bias allows, and under a reduced range its sums of
   * products, one a channel.
   *
   * @param inputs what the weight is multiplied with
   * @throws MalformedModelException if the bias is not finite
   */
  double[] leastScales(Node linear, ChannelView view, float inputScale, ChannelCodes inputs) {
    Tensor weight = weight(linear);
    Recipe own = recipe.forNode(linear.label(), linear.opType(), weight.count());
    double[] least =
        boundsPairs(own)
            ? PairSums.leastScales(linear, view, weight, inputs)
            : new double[view.channels()];
    double[] bias = bias(linear, view);
    if (bias == null) return least;
    for (int c = 0; c < least.length; c++)
      least[c] = Math.max(least[c], MARGIN * 2 * Math.abs(bias[c]) / (BIAS_STEPS * inputScale));
    return least;
  }

  /** Whether sums of two products are kept within 16 bits. */
  static boolean boundsPairs(Recipe recipe) {
    return recipe.reduceRange() && StoredIntegers.of(recipe.weights()).type() == DType.INT8;
  }

  ChannelView view(Node linear) {
    return ChannelView.of(linear, weight(linear));
  }

  private Tensor weight(Node linear) {
    return Objects.requireNonNull(index.constant(linear.input(1)));
  }

  /**
   * The weight as integers.
   *
   * @param least smallest scale allowed for each channel
   * @param importance what errors count, where the recipe weighs them
   * @throws MalformedModelException if a weight is NaN or infinite
   */
  QuantizedTensor weight(Node linear, ChannelView view, double[] least, Importance importance) {
    Tensor weight = weight(linear);
    Recipe own = recipe.forNode(linear.label(), linear.opType(), weight.count());
    boolean single = own.granularity() instanceof Granularity.PerTensor;
    StoredIntegers stored = StoredIntegers.of(own.weights());
    IntegerGrid grid = new IntegerGrid(stored.integers(), true, stored.range(own.range()), true);
    Scaling scaling = Scaling.of(own.search(), new ScaleStorage.Float32());
    double[] bounds =
        single && least.length > 0 ? new double[] {Arrays.stream(least).max().orElse(0)} : least;
    CodeRequest request =
        new CodeRequest(
                linear.input(1),
                weight,
                single ? CodeLayout.whole(weight.count()) : layout(view),
                grid)
            .with(scaling.atLeast(bounds).weighted(importance));
    Codes codes = Encoder.encode(List.of(request), threads).getFirst();
    return asStored(weight, codes, view, own);
  }

  /** Channels as rows where they come first, as columns where they come last. */
  private static CodeLayout layout(ChannelView view) {
    return view.outer() == 1
        ? CodeLayout.rows(view.channels(), view.inner(), view.inner())
        : new CodeLayout(1, view.outer(), view.channels(), view.outer(), false, false);
  }

  /**
   * Codes of signed types as they are, of unsigned types with the zero point in the middle of the
   * type.
   */
  private QuantizedTensor asStored(Tensor weight, Codes encoded, ChannelView view, Recipe own) {
    int scales = Math.toIntExact(encoded.layout().scales());
    DType type = StoredIntegers.of(own.weights()).type();
    int zeroPoint = type == DType.UINT8 ? 128 : 0;
    Tensor codes = encoded.codes(weight.shape());
    if (zeroPoint != 0) codes = raised(codes, zeroPoint);
    byte[] zeroPoints = new byte[Math.toIntExact(type.bytes(scales))];
    Arrays.fill(zeroPoints, (byte) zeroPoint);
    long[] shape =
        scales == 1 && own.granularity() instanceof Granularity.PerTensor
            ? new long[0]
            : new long[] {scales};
    return new QuantizedTensor(
        codes, encoded.scales(shape), Tensor.ofBytes(type, zeroPoints, shape), view.axis());
  }

  private static Tensor raised(Tensor codes, int zeroPoint) {
    byte[] raised = codes.data().toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < raised.length; i++) raised[i] = (byte) (raised[i] + zeroPoint);
    return Tensor.ofBytes(DType.UINT8, raised, codes.shape());
  }

  private static void checkFinite(String name, float[] values) {
    if (Kernels.allFinite(values, 0, values.length)) return;
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new MalformedModelException(
            "initializer " + name, "element " + i, values[i] + ", expected a finite weight");
      }
    }
  }

  /** The operator's bias by channel with Gemm's beta applied; null when it has none. */
  private double @Nullable [] bias(Node linear, ChannelView view) {
    if (linear.input(2).isEmpty()) return null;
    float[] values = Objects.requireNonNull(index.constant(linear.input(2))).toFloats();
    checkFinite(linear.input(2), values);
    float beta = linear.is("Gemm") ? linear.real("beta", 1f) : 1f;
    double[] bias = new double[view.channels()];
    for (int c = 0; c < bias.length; c++) bias[c] = (double) beta * values[c];
    return bias;
  }

  /** The bias at scale {@code inputScale * weight scale}, or null when the operator has none. */
  @Nullable QuantizedTensor bias(
      Node linear, ChannelView view, float inputScale, QuantizedTensor weight) {
    double[] bias = bias(linear, view);
    if (bias == null) return null;
    float[] weightScales = weight.scale().toFloats();
    float[] scales = new float[weightScales.length];
    for (int c = 0; c < scales.length; c++) scales[c] = inputScale * weightScales[c];
    int[] codes = new int[bias.length];
    for (int c = 0; c < codes.length; c++)
      codes[c] = IntegerFormat.INT32.nearest(bias[c] / scales[scales.length == 1 ? 0 : c]);
    long[] shape = weight.scale().shape();
    return new QuantizedTensor(
        Tensor.ofInts(codes, codes.length),
        Tensor.ofFloats(scales, shape),
        Tensor.ofInts(new int[scales.length], shape),
        0);
  }
}
