package dev.halftone.prune;

import java.util.List;

/**
 * What is done, layer by layer.
 *
 * @param unit what is counted
 * @param layers in the order of the file
 * @param total what all layers have together, a weight that several read counted once
 * @param removed what of that is zero or gone afterwards
 */
public record PrunePlan(Unit unit, List<Layer> layers, long total, long removed) {
  public PrunePlan {
    layers = List.copyOf(layers);
  }

  /** What is taken away. */
  public enum Unit {
    WEIGHTS,
    CHANNELS
  }

  /**
   * A node that has weights.
   *
   * @param total its weights, or output channels
   * @param removed those of them that are zero afterwards, or gone; zeros that were there before
   *     count
   * @param reason why it stays as it is, empty when it is pruned
   */
  public record Layer(String name, String opType, long total, long removed, String reason) {
    public boolean pruned() {
      return reason.isEmpty();
    }

    /** Between 0 and 1. */
    public double share() {
      return total == 0 ? 0 : (double) removed / total;
    }
  }

  /** Whether nothing is pruned. */
  public boolean isEmpty() {
    return layers.stream().noneMatch(Layer::pruned);
  }

  /** Share of what was removed over all layers, pruned or not; 0 where there are none. */
  public double share() {
    return total == 0 ? 0 : (double) removed / total;
  }
}
