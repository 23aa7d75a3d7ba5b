package dev.halftone.scheme;

import java.util.Locale;

/**
 * How the scale, and where there is one the zero point, of a run of weights is chosen. All choices
 * are deterministic and start from the range {@code [low, high]} of the run, widened to contain 0.
 * {@code Q(w)} is the value that the code of {@code w} stands for.
 */
public sealed interface ScaleSearch {
  /** Codes cover the whole range: the largest magnitude is met, nothing is cut off. */
  record AbsMax() implements ScaleSearch {
    @Override
    public String toString() {
      return "absmax";
    }
  }

  /**
   * The range {@code f [low, high]} with the least {@code sum (w - Q(w))^2}, where {@code f} runs
   * over {@link #factors()}; asymmetric: then the low end alone and the high end alone, each from
   * the best so far. The first candidate is {@link AbsMax}, and only a lower error replaces it, so
   * the error is never above that of AbsMax. As OMSE in Choukroun et al., "Low-bit Quantization of
   * Neural Networks for Efficient Inference" (arXiv 1902.06822), section 3.
   */
  record SquaredError() implements ScaleSearch {
    @Override
    public String toString() {
      return "mse";
    }
  }

  /**
   * As {@link SquaredError} with {@code sum |w - Q(w)|^p}; 2.4, as in GPTQ's scale search (Frantar
   * et al., arXiv 2210.17323, reference implementation), weighs large errors a little more. The
   * power is read from a table with linear interpolation, relative error below {@code p |p - 1|
   * 2^-23}, so that it is the same on every machine.
   */
  record Norm(double p) implements ScaleSearch {
    public Norm {
      if (!(p > 0 && p <= 16))
        throw new IllegalArgumentException(
            "norm " + PlainNumber.text(p) + " is not within (0, 16]");
    }

    @Override
    public String toString() {
      return "lp:" + PlainNumber.text(p);
    }
  }

  /**
   * Cuts off the largest values. Symmetric: the reach is the element of rank {@code ceil(percent /
   * 100 * n)} of the magnitudes in ascending order (nearest rank); asymmetric: half of what is cut
   * is cut on either side, by rank {@code ceil((100 + percent) / 200 * n)} of the values in
   * ascending order, and of their negatives. Runs shorter than {@code 100 / (100 - percent)} keep
   * their range.
   */
  record Percentile(double percent) implements ScaleSearch {
    public Percentile {
      if (!(percent > 0 && percent <= 100))
        throw new IllegalArgumentException(
            "percentile " + PlainNumber.text(percent) + " is not within (0, 100]");
    }

    @Override
    public String toString() {
      return "percentile:" + PlainNumber.text(percent);
    }
  }

  /**
   * As {@link SquaredError} with {@code sum importance[k] (w[k] - Q(w[k]))^2}, {@code k} along the
   * axis that the operator sums over. With the mean of the squared activations as importance this
   * is the expected squared error of the product for independent inputs; llama.cpp calls it the
   * importance matrix. Equal to SquaredError where no importance is given.
   */
  record WeightedError() implements ScaleSearch {
    @Override
    public String toString() {
      return "weighted-mse";
    }
  }

  /**
   * Half-quadratic zero point of HQQ (Badri and Shaji, "Half-Quadratic Quantization of Large
   * Machine Learning Models", 2023): for {@code min sum |w - Q(w)|^0.7} at the scale of {@link
   * AbsMax}, 20 times
   *
   * <pre>
   * e = shrink(w - Q(w)),  shrink(x) = sign(x) max(0, |x| - |x|^(0.7 - 1) / beta),  beta = 10 * 1.01^step
   * zeroPoint = mean(code - (w - e) / scale)
   * </pre>
   *
   * stopping when the mean error grows. Zero points being integers here, the result is rounded.
   * That alone seldom moves it, so the same is done from AbsMax's range times each of {@link
   * #factors}; AbsMax is replaced only by a lower {@code sum |w - Q(w)|^0.7}. Asymmetric formats
   * only.
   */
  record HalfQuadratic() implements ScaleSearch {
    /** The shares of the range that are tried: 1, 31/32, down to 25/32. */
    public static float[] factors() {
      float[] factors = new float[8];
      for (int i = 0; i < factors.length; i++) factors[i] = (32 - i) / 32f;
      return factors;
    }

    @Override
    public String toString() {
      return "hqq";
    }
  }

  /**
   * The shares of the range that are tried: 1 first, then 63/64 down to 16/64, then 65/64 up to
   * 74/64, which helps grids that reach further on one side than on the other.
   */
  static float[] factors() {
    float[] factors = new float[59];
    for (int i = 0; i <= 48; i++) factors[i] = (64 - i) / 64f;
    for (int i = 49; i < factors.length; i++) factors[i] = (16 + i) / 64f;
    return factors;
  }

  /** Whether only formats with a zero point of their own can be searched like this. */
  default boolean needsZeroPoint() {
    return this instanceof HalfQuadratic;
  }

  /**
   * The search that a text names: {@code absmax}, {@code mse}, {@code lp} or {@code lp:P}, {@code
   * percentile:P}, {@code weighted-mse}, {@code hqq}. What {@code toString} gives is among them.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists them
   */
  static ScaleSearch parse(String text) {
    String word = text.trim().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "absmax" -> new AbsMax();
      case "mse" -> new SquaredError();
      case "lp" -> new Norm(2.4);
      case "weighted-mse" -> new WeightedError();
      case "hqq" -> new HalfQuadratic();
      default -> {
        if (word.startsWith("lp:")) yield new Norm(number(text, word.substring(3)));
        if (word.startsWith("percentile:")) yield new Percentile(number(text, word.substring(11)));
        throw unknown(text);
      }
    };
  }

  private static double number(String text, String digits) {
    try {
      return PlainNumber.parse(digits);
    } catch (NumberFormatException e) {
      throw unknown(text);
    }
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "no scale search '%s'; there are absmax, mse, lp:P, percentile:P, weighted-mse and hqq"
            .formatted(text));
  }
}
