package dev.halftone.evaluate.detect;

import dev.halftone.data.Targets;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * NanoDet: for each stride an output of class scores {@code [1, cells, classes]} (after the
 * sigmoid) and one of distributions {@code [1, cells, 4 · 8]}. Of each side, the softmax over the 8
 * bins times their indices 0…7 times the stride is the distance from the cell's centre, which is
 * {@code index · stride + (stride − 1)/2}. Boxes are clipped to the photo. Of each class, the best
 * 200 candidates with a score over 0.05 go through suppression at IoU 0.6.
 *
 * <p>Options: {@code score}, {@code best} and {@code overlap} for other values of these three.
 */
public final class NanoDetDecoder implements BoxDecoder {
  private static final int SIDES = 4;
  private static final int BINS = 8;

  @Override
  public String name() {
    return "nanodet";
  }

  @Override
  public List<Detection> decode(RawPrediction prediction, Map<String, String> options) {
    DecoderOptions known = new DecoderOptions(name(), options, List.of("score", "best", "overlap"));
    float score = (float) known.number("score", 0.05);
    Suppression suppression =
        new Suppression((int) known.number("best", 200), known.number("overlap", 0.6));
    Map<Integer, List<Detection>> byCategory = new TreeMap<>();
    for (Level level : levels(prediction)) {
      for (Detection box : level.candidates(score, prediction.photo())) {
        byCategory.computeIfAbsent(box.category(), category -> new ArrayList<>()).add(box);
      }
    }
    List<Detection> kept = new ArrayList<>();
    byCategory.values().forEach(candidates -> kept.addAll(suppression.keep(candidates)));
    return kept;
  }

  /**
   * Pairs scores with distributions by their number of cells, and finds the stride that gives so
   * many.
   */
  private static List<Level> levels(RawPrediction prediction) {
    List<Tensor> outputs = new ArrayList<>(prediction.outputs().values());
    List<Tensor> distributions =
        outputs.stream()
            .filter(output -> output.rank() == 3 && output.dimension(2) == SIDES * BINS)
            .toList();
    outputs.removeAll(distributions);
    List<Level> levels = new ArrayList<>();
    for (Tensor distribution : distributions) {
      Tensor scores =
          outputs.stream()
              .filter(
                  output -> output.rank() == 3 && output.dimension(1) == distribution.dimension(1))
              .findFirst()
              .orElseThrow(() -> notNanoDet(prediction));
      levels.add(level(scores, distribution, prediction));
    }
    if (levels.isEmpty()) throw notNanoDet(prediction);
    levels.sort(Comparator.comparingInt(Level::stride));
    return levels;
  }

  private static Level level(Tensor scores, Tensor distribution, RawPrediction prediction) {
    for (int stride = 1;
        stride <= Math.max(prediction.imageWidth(), prediction.imageHeight());
        stride *= 2) {
      int columns = Math.ceilDiv(prediction.imageWidth(), stride);
      int rows = Math.ceilDiv(prediction.imageHeight(), stride);
      if ((long) columns * rows == scores.dimension(1))
        return new Level(scores, distribution, stride, columns);
    }
    throw notNanoDet(prediction);
  }

  private static IllegalArgumentException notNanoDet(RawPrediction prediction) {
    return new IllegalArgumentException(
        "nanodet wants class scores [1, cells, classes] and distributions [1, cells, 32] for each stride of a %d x %d image, found %s"
            .formatted(prediction.imageWidth(), prediction.imageHeight(), prediction.outputs()));
  }

  /** The grid of one stride. */
  private record Level(Tensor scores, Tensor distribution, int stride, int columns) {
    List<Detection> candidates(float least, Targets.Area photo) {
      List<Detection> candidates = new ArrayList<>();
      float[] all = scores.toFloats();
      int classes = (int) scores.dimension(2);
      for (int cell = 0; cell < all.length / classes; cell++) {
        float[] box = null;
        for (int category = 0; category < classes; category++) {
          float score = all[cell * classes + category];
          if (!(score > least)) continue;
          if (box == null) box = box(cell, photo);
          candidates.add(new Detection(category, score, box[0], box[1], box[2], box[3]));
        }
      }
      return candidates;
    }

    private float[] box(int cell, Targets.Area photo) {
      float[] bins = distribution.toFloats((long) cell * SIDES * BINS, SIDES * BINS);
      double x = cell % columns * (double) stride + (stride - 1) / 2.0;
      double y = cell / columns * (double) stride + (stride - 1) / 2.0;
      return new float[] {
        clip(x - distance(bins, 0), photo.left(), photo.right()),
        clip(y - distance(bins, 1), photo.top(), photo.bottom()),
        clip(x + distance(bins, 2), photo.left(), photo.right()),
        clip(y + distance(bins, 3), photo.top(), photo.bottom())
      };
    }

    private double distance(float[] bins, int side) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int bin = 0; bin < BINS; bin++) largest = Math.max(largest, bins[side * BINS + bin]);
      double total = 0;
      double weighted = 0;
      for (int bin = 0; bin < BINS; bin++) {
        double weight = StrictMath.exp(bins[side * BINS + bin] - largest);
        total += weight;
        weighted += weight * bin;
      }
      return weighted / total * stride;
    }

    private static float clip(double value, float least, float most) {
      return (float) Math.max(least, Math.min(most, value));
    }
  }
}
