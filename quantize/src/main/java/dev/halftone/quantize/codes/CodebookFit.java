package dev.halftone.quantize.codes;

import dev.halftone.number.LevelFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fits the levels of a codebook to a weight whose scales are known: weighted k-means on the line
 * (Lloyd, "Least squares quantization in PCM", 1982, method I; Han et al., "Deep Compression",
 * arXiv 1510.00149, section 3). With {@code t = w / scale} and every value in the run of its
 * nearest level {@code L}, each step sets
 *
 * <pre>
 * L = sum importance scale^2 t / sum importance scale^2
 * </pre>
 *
 * which no choice of levels for these runs betters in {@code sum importance (w - scale L)^2}.
 * Levels start as integers and stay where they are when no value is nearest. It ends when no level
 * moves by more than {@value #STILL} or after {@value #STEPS} steps. Sums are double, over pieces
 * that do not depend on the number of threads, added in the order of the weight.
 */
final class CodebookFit {
  static final int STEPS = 30;
  static final double STILL = 1e-4;

  private final CodeRequest request;
  private final float[] scales;
  private final int levels;

  private CodebookFit(CodeRequest request, float[] scales) {
    this.request = request;
    this.scales = scales;
    this.levels = 1 << request.format().bits();
  }

  /** The request with levels that are fitted. */
  static CodeRequest fit(CodeRequest request, float[] scales, int threads) {
    ScaledNumbers format = (ScaledNumbers) request.format();
    CodebookFit fit = new CodebookFit(request, scales);
    for (int step = 0; step < STEPS; step++) {
      LevelFormat before = (LevelFormat) format.numbers();
      format = format.withLevels(fit.step(before, threads));
      if (moved(before.levels(), ((LevelFormat) format.numbers()).levels()) <= STILL) break;
    }
    return new CodeRequest(
        request.name(), request.weight(), request.layout(), format, request.scaling());
  }

  private static double moved(float[] before, float[] after) {
    double most = 0;
    for (int i = 0; i < before.length; i++)
      most = Math.max(most, Math.abs((double) after[i] - before[i]));
    return most;
  }

  private float[] step(LevelFormat format, int threads) {
    List<Sums> sums = new ArrayList<>();
    List<Workers.Task> tasks = new ArrayList<>();
    for (WeightLines.Piece piece : WeightLines.pieces(request)) {
      Sums part = new Sums(new double[levels], new double[levels]);
      sums.add(part);
      tasks.add(scratch -> add(piece, format, part, scratch));
    }
    Workers.run(tasks, threads);
    Sums total = new Sums(new double[levels], new double[levels]);
    sums.forEach(total::add);
    return total.centres(format.levels());
  }

  private void add(WeightLines.Piece piece, LevelFormat format, Sums sums, Scratch scratch) {
    Importance importance = request.scaling().importance();
    piece.visit(
        scratch,
        (value, entry, element) -> {
          float scale = scales[entry];
          float number = value / scale;
          double weight = (double) scale * scale * importance.at(element);
          int code = format.encode(number);
          sums.weights[code] += weight;
          sums.values[code] += weight * number;
        });
  }

  /** Sums of the values nearest to each level. */
  private record Sums(double[] weights, double[] values) {
    void add(Sums other) {
      for (int i = 0; i < weights.length; i++) weights[i] += other.weights[i];
      for (int i = 0; i < values.length; i++) values[i] += other.values[i];
    }

    float[] centres(float[] before) {
      float[] centres = new float[before.length];
      for (int i = 0; i < centres.length; i++)
        centres[i] = weights[i] > 0 ? (float) (values[i] / weights[i]) : before[i];
      Arrays.sort(centres);
      return centres;
    }
  }
}
