package dev.halftone.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums over samples that were held out. */
final class HeldOut {
  private double loss;
  private long samples;
  private long answers;
  private long agreeing;
  private long labelled;
  private long right;

  void addLoss(double mean, int count) {
    loss += mean * count;
    samples += count;
  }

  /**
   * Counts top answers.
   *
   * @param labels one for each, or null
   */
  void addAnswers(long[] found, long[] wanted, @Nullable List<Integer> labels) {
    answers += found.length;
    for (int i = 0; i < found.length; i++) if (found[i] == wanted[i]) agreeing++;
    if (labels == null || labels.size() != found.length) return;
    labelled += found.length;
    for (int i = 0; i < found.length; i++) if (found[i] == labels.get(i)) right++;
  }

  Epoch epoch(int number, double trainLoss) {
    return new Epoch(
        number, trainLoss, share(loss, samples), share(agreeing, answers), share(right, labelled));
  }

  private static double share(double sum, long count) {
    return count == 0 ? Double.NaN : sum / count;
  }
}
