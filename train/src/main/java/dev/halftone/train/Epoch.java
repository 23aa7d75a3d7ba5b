package dev.halftone.train;

/**
 * One point of the curve: after epoch {@code number}, 0 before the first.
 *
 * @param trainLoss mean over the epoch's steps; NaN before the first
 * @param heldOutLoss of the samples held out; NaN when there are none
 * @param agreement share of those with the original's top answer; NaN when there are no classes
 * @param accuracy share of those with the label's; NaN when there are no labels
 */
public record Epoch(
    int number, double trainLoss, double heldOutLoss, double agreement, double accuracy) {
  /** What the best epoch has the least of. */
  double loss() {
    return Double.isNaN(heldOutLoss) ? trainLoss : heldOutLoss;
  }
}
