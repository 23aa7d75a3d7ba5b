package dev.halftone.train;

import dev.halftone.graph.UnsupportedModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Which samples are trained on, which are held out, and in what order.
 *
 * @param trained rows in the order of the data
 * @param heldOut likewise
 */
record Rows(List<Integer> trained, List<Integer> heldOut) {
  /**
   * Draws the held-out samples.
   *
   * @throws UnsupportedModelException if too few are left for one batch, and there are epochs
   */
  static Rows of(int samples, TrainOptions options) {
    List<Integer> order = shuffled(range(samples), new Random(options.seed()));
    // One is trained on whatever the share, and one is held out if there are two.
    int most = Math.max(0, samples - 1);
    int out = (int) Math.round(samples * options.heldOut());
    if (options.heldOut() > 0) out = Math.clamp(out, Math.min(1, most), most);
    Rows rows =
        new Rows(
            order.subList(out, samples).stream().sorted().toList(),
            order.subList(0, out).stream().sorted().toList());
    if (options.epochs() > 0 && rows.trained.size() < options.batch())
      throw new UnsupportedModelException(
          "training",
          "a batch of %d is larger than the data: %d samples are left to train on, %d are held out"
              .formatted(options.batch(), rows.trained.size(), out));
    return rows;
  }

  /** Whole batches of an epoch, in an order of its own; what is left over waits for another. */
  List<List<Integer>> batches(int epoch, TrainOptions options) {
    List<Integer> order = shuffled(trained, new Random(mix(options.seed(), epoch, 0)));
    List<List<Integer>> batches = new ArrayList<>();
    for (int from = 0; from + options.batch() <= order.size(); from += options.batch())
      batches.add(order.subList(from, from + options.batch()));
    return batches;
  }

  /** Held-out samples, at most a batch at a time. */
  List<List<Integer>> judged(TrainOptions options) {
    return parts(heldOut, options);
  }

  private static List<List<Integer>> parts(List<Integer> rows, TrainOptions options) {
    List<List<Integer>> parts = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += options.batch())
      parts.add(rows.subList(from, Math.min(rows.size(), from + options.batch())));
    return parts;
  }

  /** The same of the samples to train on each time, spread over all, at most a batch at a time. */
  List<List<Integer>> spread(int most, TrainOptions options) {
    int count = Math.min(most, trained.size());
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < count; i++)
      some.add(trained.get((int) ((long) i * trained.size() / count)));
    return parts(some, options);
  }

  int steps(TrainOptions options) {
    return trained.size() / options.batch();
  }

  private static List<Integer> range(int count) {
    Integer[] rows = new Integer[count];
    Arrays.setAll(rows, row -> row);
    return Arrays.asList(rows);
  }

  private static List<Integer> shuffled(List<Integer> rows, Random random) {
    List<Integer> shuffled = new ArrayList<>(rows);
    java.util.Collections.shuffle(shuffled, random);
    return shuffled;
  }

  /** Random numbers for one sample in one epoch, whatever was drawn before. */
  static Random random(TrainOptions options, int epoch, int row) {
    return new Random(mix(options.seed(), epoch, row + 1L));
  }

  /** Random numbers for what becomes of a batch together, told by its first row. */
  static Random mixing(TrainOptions options, int epoch, int row) {
    // Epochs are not negative, so these are no sample's.
    return new Random(mix(options.seed(), ~epoch, row));
  }

  private static long mix(long seed, long epoch, long row) {
    long mixed = seed * 0x9E3779B97F4A7C15L + epoch * 0xBF58476D1CE4E5B9L + row;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 27);
  }
}
