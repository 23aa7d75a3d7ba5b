package dev.halftone.recipe;

import dev.halftone.scheme.PlainNumber;
import java.util.Locale;

/**
 * How an activation's range is chosen from what was observed. The text form of each, which {@link
 * Object#toString} gives and {@link #parse} takes, is a word and for some a number behind a colon:
 * {@code minmax}, {@code moving-average}, {@code percentile:99.99}, {@code entropy}, {@code mse},
 * {@code lp:2.4}, {@code tf-enhanced}, {@code sigma:3}.
 */
public sealed interface Calibration {
  Calibration MINMAX = new MinMax();
  Calibration MOVING_AVERAGE = new MovingAverage();

  /** Keeps 99.99 % of the elements. */
  Calibration PERCENTILE = new Percentile(99.99);

  Calibration ENTROPY = new Entropy();
  Calibration MSE = new Mse();

  /** What {@link #parse} takes, for messages. */
  String WORDS =
      "minmax, moving-average, percentile[:P], entropy, mse, lp[:P], tf-enhanced, sigma[:K]";

  /** Nothing is clipped. */
  record MinMax() implements Calibration {
    @Override
    public String toString() {
      return "minmax";
    }
  }

  /** The mean over the samples of the extremes of each. */
  record MovingAverage() implements Calibration {
    @Override
    public String toString() {
      return "moving-average";
    }
  }

  /**
   * Cuts an equal share off both ends.
   *
   * @param percent of the elements kept: over 50, at most 100
   */
  record Percentile(double percent) implements Calibration {
    public Percentile {
      if (!(percent > 50 && percent <= 100))
        throw new IllegalArgumentException(
            "percentile %s is not over 50 and up to 100".formatted(PlainNumber.text(percent)));
    }

    @Override
    public String toString() {
      return "percentile:" + PlainNumber.text(percent);
    }
  }

  /** Least Kullback–Leibler divergence. */
  record Entropy() implements Calibration {
    @Override
    public String toString() {
      return "entropy";
    }
  }

  /** Least mean squared error. */
  record Mse() implements Calibration {
    @Override
    public String toString() {
      return "mse";
    }
  }

  /**
   * Least mean p-th power of the error.
   *
   * @param p at least 1, at most 16; 2 is mean squared error
   */
  record Lp(double p) implements Calibration {
    public Lp {
      if (!(p >= 1 && p <= 16))
        throw new IllegalArgumentException(
            "lp %s is not from 1 to 16".formatted(PlainNumber.text(p)));
    }

    @Override
    public String toString() {
      return "lp:" + PlainNumber.text(p);
    }
  }

  /** Least mean squared error, what is clipped weighing three times. */
  record TfEnhanced() implements Calibration {
    @Override
    public String toString() {
      return "tf-enhanced";
    }
  }

  /**
   * Mean plus and minus some standard deviations, outliers left out of both.
   *
   * @param deviations over 0, at most 1000
   */
  record Sigma(double deviations) implements Calibration {
    public Sigma {
      if (!(deviations > 0 && deviations <= 1000))
        throw new IllegalArgumentException(
            "sigma %s is not over 0 and up to 1000".formatted(PlainNumber.text(deviations)));
    }

    @Override
    public String toString() {
      return "sigma:" + PlainNumber.text(deviations);
    }
  }

  /**
   * The calibration of a text form, in small or capital letters; without its number, percentile
   * stands for 99.99, lp for 2.4 and sigma for 4.
   *
   * @throws IllegalArgumentException if it is none, saying what there is
   */
  static Calibration parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int colon = lower.indexOf(':');
    return colon < 0
        ? named(lower, text)
        : named(lower.substring(0, colon), lower.substring(colon + 1), text);
  }

  private static Calibration named(String word, String text) {
    return switch (word) {
      case "minmax" -> MINMAX;
      case "moving-average" -> MOVING_AVERAGE;
      case "percentile" -> PERCENTILE;
      case "entropy" -> ENTROPY;
      case "mse" -> MSE;
      case "lp" -> new Lp(2.4);
      case "tf-enhanced" -> new TfEnhanced();
      case "sigma" -> new Sigma(4);
      default -> throw unknown(text);
    };
  }

  private static Calibration named(String word, String number, String text) {
    return switch (word) {
      case "percentile" -> new Percentile(number(word, number));
      case "lp" -> new Lp(number(word, number));
      case "sigma" -> new Sigma(number(word, number));
      default -> throw unknown(text);
    };
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException("'%s' is not one of %s".formatted(text, WORDS));
  }

  private static double number(String word, String number) {
    try {
      return PlainNumber.parse(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(word + " " + e.getMessage(), e);
    }
  }
}
