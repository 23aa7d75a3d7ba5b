package dev.halftone.quantize.qdq;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Node;
import dev.halftone.kernels.Kernels;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.Codes;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Weights and biases of linear operators as integers. Weights are symmetric: {@code scale[c] =
 * max|w[c]| / high}, zero point 0, half to even. A bias has 32 bits and the scale {@code input *
 * weight[c]}; where it would overflow, the channel's weight scale is enlarged to {@code 1.0001 *
 * 2|b| / ((2^32 - 2) * input)} (ONNX Runtime's quantizer does the same).
 */
final class LinearQuantizer {
  private static final double BIAS_STEPS = 4294967294.0;
  private static final double MARGIN = 1.0001;

  private final GraphIndex index;
  private final Recipe recipe;

  LinearQuantizer(GraphIndex index, Recipe recipe) {
    this.index = index;
    this.recipe = recipe;
  }

  /**
   * Least weight scales that the operator's bias allows, one a channel; zeros without a bias.
   *
   * @throws MalformedModelException if the bias is not finite
   */
  double[] leastScales(Node linear, ChannelView view, float inputScale) {
    double[] least = new double[view.channels()];
    double[] bias = bias(linear, view);
    if (bias == null) return least;
    for (int c = 0; c < least.length; c++)
      least[c] = MARGIN * 2 * Math.abs(bias[c]) / (BIAS_STEPS * inputScale);
    return least;
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
   * @throws MalformedModelException if a weight is NaN or infinite
   */
  QuantizedTensor weight(Node linear, ChannelView view, double[] least) {
    Tensor weight = weight(linear);
    float[] values = weight.toFloats();
    checkFinite(linear.input(1), values);
    float[] scales = scales(values, view, least);
    byte[] codes = new byte[values.length];
    int high = high();
    for (int o = 0; o < view.outer(); o++) {
      for (int c = 0; c < view.channels(); c++) {
        int start = view.start(o, c);
        float scale = scales[scales.length == 1 ? 0 : c];
        Kernels.quantize(values, start, start + view.inner(), scale, 0, -high, high, codes, start);
      }
    }
    return asStored(weight, codes, scales, view);
  }

  /**
   * Codes of signed types as they are, of unsigned types with the zero point in the middle of the
   * type.
   */
  private QuantizedTensor asStored(Tensor weight, byte[] codes, float[] scales, ChannelView view) {
    int zeroPoint = recipe.weights() == DType.UINT8 ? 128 : 0;
    for (int i = 0; zeroPoint != 0 && i < codes.length; i++)
      codes[i] = (byte) (codes[i] + zeroPoint);
    byte[] zeroPoints = new byte[scales.length];
    Arrays.fill(zeroPoints, (byte) zeroPoint);
    long[] shape =
        scales.length == 1 && recipe.granularity() instanceof Granularity.PerTensor
            ? new long[0]
            : new long[] {scales.length};
    return new QuantizedTensor(
        Tensor.ofBytes(recipe.weights(), codes, weight.shape()),
        Tensor.ofFloats(scales, shape),
        Tensor.ofBytes(recipe.weights(), zeroPoints, shape),
        view.axis());
  }

  /** The highest code of a symmetric weight; the lowest is its negative. */
  private int high() {
    return Codes.of(DType.INT8, true, recipe.reduceRange()).high();
  }

  private float[] scales(float[] values, ChannelView view, double[] least) {
    double[] magnitudes = new double[view.channels()];
    for (int o = 0; o < view.outer(); o++) {
      for (int c = 0; c < view.channels(); c++) {
        int start = view.start(o, c);
        magnitudes[c] =
            Math.max(magnitudes[c], Kernels.absMax(values, start, start + view.inner()));
      }
    }
    double[] exact = new double[view.channels()];
    for (int c = 0; c < exact.length; c++) exact[c] = Math.max(magnitudes[c] / high(), least[c]);
    if (recipe.granularity() instanceof Granularity.PerTensor) {
      return new float[] {scale(Arrays.stream(exact).max().orElse(0))};
    }
    float[] scales = new float[exact.length];
    for (int c = 0; c < scales.length; c++) scales[c] = scale(exact[c]);
    return scales;
  }

  /**
   * A scale below the smallest normal float would lose its precision: the range is as good as empty
   * then.
   */
  private static float scale(double exact) {
    float scale = (float) exact;
    return scale < Float.MIN_NORMAL ? 1f : scale;
  }

  private static void checkFinite(String name, float[] values) {
    if (Kernels.countNonFinite(values, 0, values.length) == 0) return;
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
    for (int c = 0; c < codes.length; c++) {
      double code = Math.rint(bias[c] / scales[scales.length == 1 ? 0 : c]);
      codes[c] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, code));
    }
    long[] shape = weight.scale().shape();
    return new QuantizedTensor(
        Tensor.ofInts(codes, codes.length),
        Tensor.ofFloats(scales, shape),
        Tensor.ofInts(new int[scales.length], shape),
        0);
  }
}
