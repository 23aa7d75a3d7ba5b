package dev.halftone.train;

import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A sample that may have been made of two:
 *
 * <pre>
 * share * own + (1 - share) * partner
 * </pre>
 *
 * element by element, or by pixels from the one and the other; labels count by the same shares
 * (Zhang et al., arXiv 1710.09412, eq. 1; Yun et al., arXiv 1905.04899, eq. 1).
 *
 * @param inputs what models are shown
 * @param row of the sample
 * @param partner row of the other; the same where there is none
 * @param share of the sample's own; 1 where nothing was mixed
 */
record MixedSample(Map<String, Tensor> inputs, int row, int partner, double share) {
  /** Alone. */
  static MixedSample whole(Map<String, Tensor> inputs, int row) {
    return new MixedSample(inputs, row, row, 1);
  }

  /**
   * Whether samples can be mixed.
   *
   * @param sample any
   * @throws UnsupportedModelException if an input is not of floats, or no image for cutmix
   */
  static void check(Augmentation wanted, Map<String, Tensor> sample) {
    if (!wanted.mixes()) return;
    sample.forEach(
        (name, value) -> {
          if (value.dtype() != DType.FLOAT32)
            throw new UnsupportedModelException(
                "augmentation",
                "%s: input %s is %s, and only FLOAT32 can be mixed"
                    .formatted(wanted.text(), name, value.dtype()));
          if (wanted.cutmix() > 0 && !Picture.is(value))
            throw new UnsupportedModelException(
                "augmentation",
                "%s: input %s of shape %s is no image"
                    .formatted(wanted.text(), name, Arrays.toString(value.shape())));
        });
  }

  /**
   * Each of a batch mixed with the next one of it, the last with the first. The order of a batch is
   * random, so partners are.
   *
   * @param batch whole samples
   */
  static List<MixedSample> all(List<MixedSample> batch, Augmentation wanted, Random random) {
    if (!wanted.mixes()) return batch;
    List<MixedSample> mixed = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++)
      mixed.add(batch.get(i).with(batch.get((i + 1) % batch.size()), wanted, random));
    return mixed;
  }

  private MixedSample with(MixedSample other, Augmentation wanted, Random random) {
    boolean cut = wanted.cutmix() > 0 && (wanted.mixup() == 0 || random.nextBoolean());
    double drawn = share(cut ? wanted.cutmix() : wanted.mixup(), random);
    long seed = random.nextLong();
    double own = drawn;
    Map<String, Tensor> mixed = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      Tensor a = input.getValue();
      Tensor b = Objects.requireNonNull(other.inputs.get(input.getKey()));
      if (!Arrays.equals(a.shape(), b.shape()))
        throw new UnsupportedModelException("data", "samples differ in shape, and cannot be mixed");
      if (!cut) {
        mixed.put(input.getKey(), sum(a, b, drawn));
        continue;
      }
      Picture picture = Picture.of(a);
      own = 1 - picture.paste(Picture.of(b), 1 - drawn, new Random(seed));
      mixed.put(input.getKey(), picture.tensor());
    }
    return new MixedSample(mixed, row, other.row, own);
  }

  private static Tensor sum(Tensor a, Tensor b, double share) {
    float[] values = a.toFloats();
    float[] others = b.toFloats();
    for (int i = 0; i < values.length; i++)
      values[i] = (float) (share * values[i] + (1 - share) * others[i]);
    return Tensor.ofFloats(values, a.shape());
  }

  /** From Beta(alpha, alpha). */
  static double share(double alpha, Random random) {
    if (alpha == 1) return random.nextDouble();
    double own = gamma(alpha, random);
    return own / (own + gamma(alpha, random));
  }

  /**
   * From Gamma(alpha, 1) (Marsaglia and Tsang, A Simple Method for Generating Gamma Variables,
   * 2000, section 4; below 1 by its section 6).
   */
  private static double gamma(double alpha, Random random) {
    // Never 0, and alpha is at least 0.1: so the power is never 0 either.
    if (alpha < 1)
      return gamma(alpha + 1, random) * StrictMath.pow(1 - random.nextDouble(), 1 / alpha);
    double d = alpha - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
      double limit = 0.5 * x * x + d - d * v;
      if (v > 0 && StrictMath.log(1 - random.nextDouble()) < limit + d * StrictMath.log(v))
        return d * v;
    }
  }
}
