package dev.halftone.bench.digits;

import dev.halftone.bench.digits.Layer.Parameter;
import java.util.Arrays;
import java.util.List;

/** Adam (Kingma and Ba 2015, algorithm 1), with the gradients set to zero after each step. */
final class Adam {
  private static final double DECAY_1 = 0.9;
  private static final double DECAY_2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final List<Parameter> parameters;
  private final double[][] first;
  private final double[][] second;
  private int steps;

  Adam(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
    first = new double[parameters.size()][];
    second = new double[parameters.size()][];
    for (int i = 0; i < parameters.size(); i++) {
      first[i] = new double[parameters.get(i).value.length];
      second[i] = new double[parameters.get(i).value.length];
    }
  }

  void step(double rate) {
    steps++;
    double unbiased1 = 1 - StrictMath.pow(DECAY_1, steps);
    double unbiased2 = 1 - StrictMath.pow(DECAY_2, steps);
    for (int p = 0; p < first.length; p++) {
      float[] value = parameters.get(p).value;
      float[] gradient = parameters.get(p).gradient;
      for (int i = 0; i < value.length; i++) {
        double g = gradient[i];
        first[p][i] = DECAY_1 * first[p][i] + (1 - DECAY_1) * g;
        second[p][i] = DECAY_2 * second[p][i] + (1 - DECAY_2) * g * g;
        value[i] -=
            (float)
                (rate * first[p][i] / unbiased1 / (Math.sqrt(second[p][i] / unbiased2) + EPSILON));
      }
      Arrays.fill(gradient, 0);
    }
  }
}
