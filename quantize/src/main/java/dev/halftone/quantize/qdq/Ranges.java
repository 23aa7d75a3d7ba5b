package dev.halftone.quantize.qdq;

import dev.halftone.calibrate.observe.Entropy;
import dev.halftone.calibrate.observe.LeastError;
import dev.halftone.calibrate.observe.MinMax;
import dev.halftone.calibrate.observe.MovingAverage;
import dev.halftone.calibrate.observe.Percentile;
import dev.halftone.calibrate.observe.RangeChooser;
import dev.halftone.calibrate.observe.Sigma;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.kernels.FiniteRange;
import dev.halftone.kernels.Kernels;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Recipe;
import dev.halftone.scheme.Codes;
import dev.halftone.scheme.QuantizationParameters;
import dev.halftone.scheme.Range;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;

/** From what was observed, and what the recipe says, to scale and zero point. */
final class Ranges {
  private Ranges() {}

  static RangeChooser chooser(Recipe recipe) {
    boolean symmetric = recipe.symmetricActivations();
    Codes codes = Codes.of(recipe.activations(), symmetric, false);
    return switch (recipe.calibration()) {
      case Calibration.MinMax() -> new MinMax();
      case Calibration.MovingAverage() -> new MovingAverage();
      case Calibration.Percentile(double percent) -> new Percentile(percent);
      case Calibration.Entropy() -> Entropy.of(codes);
      case Calibration.Mse() -> LeastError.squared(codes, symmetric);
      case Calibration.Lp(double p) -> LeastError.lp(codes, symmetric, p);
      case Calibration.TfEnhanced() -> LeastError.tfEnhanced(codes, symmetric);
      case Calibration.Sigma(double deviations) -> new Sigma(deviations);
    };
  }

  /**
   * Parameters of an activation; of one that never held a finite number, those of nothing but zero.
   */
  static QuantizationParameters activation(Statistics statistics, Recipe recipe) {
    Range range = statistics.isEmpty() ? Range.ZERO : chooser(recipe).choose(statistics);
    return QuantizationParameters.of(
        range, recipe.activations(), recipe.symmetricActivations(), false);
  }

  /** A constant that an arithmetic operator reads, in the type of activations. */
  static QuantizedTensor constant(Tensor constant, Recipe recipe) {
    float[] values = constant.toFloats();
    FiniteRange observed = Kernels.finiteRange(values, 0, values.length);
    Range range =
        observed.finite() == 0
            ? Range.ZERO
            : new Range(Math.min(0, observed.min()), Math.max(0, observed.max()));
    QuantizationParameters parameters =
        QuantizationParameters.of(
            range, recipe.activations(), recipe.symmetricActivations(), false);
    return new QuantizedTensor(
        codes(values, constant.shape(), parameters),
        Tensor.scalar(parameters.scale()),
        QuantizedTensor.zeroPoint(parameters),
        0);
  }

  private static Tensor codes(float[] values, long[] shape, QuantizationParameters parameters) {
    DType type = parameters.type();
    if (type.bits() <= 8) {
      byte[] codes = new byte[values.length];
      parameters.quantize(values, 0, values.length, codes, 0);
      return Tensor.ofBytes(QuantizedTensor.holder(type), codes, shape);
    }
    short[] codes = new short[values.length];
    parameters.quantize(values, 0, values.length, codes, 0);
    byte[] bytes = new byte[2 * codes.length];
    for (int i = 0; i < codes.length; i++) {
      bytes[2 * i] = (byte) codes[i];
      bytes[2 * i + 1] = (byte) (codes[i] >> 8);
    }
    return Tensor.ofBytes(type, bytes, shape);
  }
}
