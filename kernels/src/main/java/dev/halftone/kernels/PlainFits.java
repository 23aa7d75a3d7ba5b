package dev.halftone.kernels;

/** The searches of {@link ScaleFits} for one block after the other. */
final class PlainFits {
  private PlainFits() {}

  /** Blocks {@code block} to {@code end}. */
  static void affine(
      float[] x, int from, int block, int end, AffineFit fit, float[] weights, AffineScales found) {
    for (int b = block; b < end; b++) {
      affine(x, from + b * fit.size(), fit, weights, b * fit.size(), b, found);
    }
  }

  private static void affine(
      float[] x, int from, AffineFit fit, float[] weights, int at, int block, AffineScales found) {
    int size = fit.size();
    float min = x[from];
    float max = x[from];
    float sumW = weights[at];
    float sumX = sumW * x[from];
    for (int i = 1; i < size; i++) {
      float value = x[from + i];
      if (value < min) min = value;
      if (value > max) max = value;
      float w = weights[at + i];
      sumW += w;
      sumX += w * value;
    }
    if (min > 0) min = 0;
    if (max <= min) {
      found.set(block, 0, -min, 0, min);
      return;
    }
    float bestLow = min;
    float bestInverse = fit.levels() / (max - min);
    float scale = 1 / bestInverse;
    float best = error(x, from, fit, weights, at, min, bestInverse, scale, min);
    for (int number = 0; number <= fit.tries(); number++) {
      // The minimum of the best so far is where the next try begins.
      float low = min;
      float inverse = fit.steps(number) / (max - low);
      float sumL = 0;
      float sumL2 = 0;
      float sumXL = 0;
      for (int i = 0; i < size; i++) {
        float value = x[from + i];
        float code = code(inverse * (value - low), fit.levels());
        float weighted = weights[at + i] * code;
        sumL += weighted;
        sumL2 += weighted * code;
        sumXL += weighted * value;
      }
      float determinant = sumW * sumL2 - sumL * sumL;
      if (!(determinant > 0)) continue;
      float newScale = (sumW * sumXL - sumX * sumL) / determinant;
      float newMin = (sumL2 * sumX - sumL * sumXL) / determinant;
      if (newMin > 0) {
        newMin = 0;
        newScale = sumXL / sumL2;
      }
      float error = error(x, from, fit, weights, at, low, inverse, newScale, newMin);
      if (error < best) {
        best = error;
        scale = newScale;
        min = newMin;
        bestInverse = inverse;
        bestLow = low;
      }
    }
    found.set(block, scale, -min, bestInverse, bestLow);
  }

  private static float code(float value, int levels) {
    return Math.max(0, Math.min(levels, CConversions.nearest(value)));
  }

  private static float error(
      float[] x,
      int from,
      AffineFit fit,
      float[] weights,
      int at,
      float low,
      float inverse,
      float scale,
      float min) {
    float sum = 0;
    for (int i = 0; i < fit.size(); i++) {
      float value = x[from + i];
      float difference = scale * code(inverse * (value - low), fit.levels()) + min - value;
      float error = fit.absolute() ? Math.abs(difference) : difference * difference;
      sum += weights[at + i] * error;
    }
    return sum;
  }

  static void symmetric(
      float[] x,
      int from,
      int count,
      int size,
      int levels,
      float[] weights,
      float[] scales,
      float[] inverses) {
    for (int b = 0; b < count; b++) {
      symmetric(x, from + b * size, size, levels, weights, b * size, b, scales, inverses);
    }
  }

  private static void symmetric(
      float[] x,
      int from,
      int size,
      int levels,
      float[] weights,
      int at,
      int block,
      float[] scales,
      float[] inverses) {
    float max = furthest(x, from, size);
    if (Math.abs(max) < ScaleFits.ZERO) {
      scales[block] = 0;
      inverses[block] = 0;
      return;
    }
    float bestInverse = -levels / max;
    float scale = 0;
    float best = 0;
    for (int number = -10; number <= 9; number++) {
      // The first try is the plain one.
      if (number == 0) continue;
      boolean first = number == -10;
      float inverse = first ? bestInverse : -(levels + 0.1f * number) / max;
      float sumLX = 0;
      float sumL2 = 0;
      for (int i = 0; i < size; i++) {
        float value = x[from + i];
        int nearest = CConversions.nearest(inverse * value);
        float code = Math.max(-levels, Math.min(levels - 1, nearest));
        float w = weights[at + i];
        sumLX += w * value * code;
        sumL2 += w * code * code;
      }
      if (first) {
        scale = sumL2 != 0 ? sumLX / sumL2 : 0;
        best = scale * sumLX;
      } else if (sumL2 > 0 && sumLX * sumLX > best * sumL2) {
        scale = sumLX / sumL2;
        best = scale * sumLX;
        bestInverse = inverse;
      }
    }
    scales[block] = scale;
    inverses[block] = bestInverse;
  }

  /** The value of greatest magnitude, the first of equals. */
  static float furthest(float[] x, int from, int size) {
    float max = 0;
    float absMax = 0;
    for (int i = from; i < from + size; i++) {
      float magnitude = Math.abs(x[i]);
      if (magnitude > absMax) {
        absMax = magnitude;
        max = x[i];
      }
    }
    return max;
  }

  static void nonlinear(
      float[] x,
      int from,
      int count,
      int size,
      RisingLevels levels,
      int tries,
      float[] weights,
      float[] scales) {
    for (int b = 0; b < count; b++) {
      scales[b] = nonlinear(x, from + b * size, size, levels, tries, weights, b * size);
    }
  }

  private static float nonlinear(
      float[] x, int from, int size, RisingLevels levels, int tries, float[] weights, int at) {
    float max = furthest(x, from, size);
    if (Math.abs(max) < ScaleFits.ZERO) return 0;
    float scale = 0;
    float best = 0;
    for (int number = -tries - 1; number <= tries; number++) {
      boolean first = number < -tries;
      float inverse = first ? 1 / (-max / levels.level(0)) : (number + levels.level(0)) / max;
      float sumQX = 0;
      float sumQ2 = 0;
      for (int i = 0; i < size; i++) {
        float value = x[from + i];
        float level = levels.level(levels.nearest(inverse * value));
        float weighted = weights[at + i] * level;
        sumQX += weighted * value;
        sumQ2 += weighted * level;
      }
      if (first) {
        scale = sumQ2 > 0 ? sumQX / sumQ2 : 0;
        best = scale * sumQX;
      } else if (sumQ2 > 0 && sumQX * sumQX > best * sumQ2) {
        scale = sumQX / sumQ2;
        best = scale * sumQX;
      }
    }
    return scale;
  }

  static void codes(
      float[] x,
      int from,
      int count,
      int size,
      float[] scales,
      float[] minima,
      int low,
      int high,
      byte[] codes,
      int at) {
    for (int b = 0; b < count; b++) {
      if (scales[b] == 0) continue;
      int first = b * size;
      codes(x, from + first, size, scales[b], minima[b], low, high, codes, at + first);
    }
  }

  static void codes(
      float[] x,
      int from,
      int size,
      float scale,
      float minimum,
      int low,
      int high,
      byte[] codes,
      int at) {
    for (int i = 0; i < size; i++) {
      int code = CConversions.nearest((x[from + i] + minimum) / scale);
      codes[at + i] = (byte) (Math.max(low, Math.min(high, code)) - low);
    }
  }

  static void nearest(
      float[] x,
      int from,
      int count,
      int size,
      float[] inverses,
      RisingLevels levels,
      byte[] codes,
      int at) {
    for (int b = 0; b < count; b++) {
      int first = b * size;
      nearest(x, from + first, size, inverses[b], levels, codes, at + first);
    }
  }

  static void nearest(
      float[] x, int from, int size, float inverse, RisingLevels levels, byte[] codes, int at) {
    for (int i = 0; i < size; i++) codes[at + i] = (byte) levels.nearest(inverse * x[from + i]);
  }
}
