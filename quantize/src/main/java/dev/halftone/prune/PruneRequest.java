package dev.halftone.prune;

/** What was asked. */
public sealed interface PruneRequest {
  NodeChoice nodes();

  /** How much a weight is worth. */
  enum Method {
    /** {@code |w|}. */
    MAGNITUDE,
    /**
     * {@code |w| * sqrt(E[x^2])} with the input x that w is multiplied with (Sun et al. 2023,
     * arXiv:2306.11695, equation 1, the norm divided by the number of elements).
     */
    WANDA,
    /**
     * What the output of the layer changes by when it goes and the weights that are left make up
     * for it (Frantar and Alistarh 2023, arXiv:2301.00774, algorithm 1): these change too, layer
     * after layer. With a share, of each layer as many go as by {@link #MAGNITUDE} in the same
     * scope.
     */
    SPARSEGPT
  }

  /** Among which weights those of the least worth are looked for. */
  enum Scope {
    /**
     * All weights of the model together, each in ratio to the norm of its layer's: some layers lose
     * more than others.
     */
    GLOBAL,
    /** Each layer by itself. */
    LAYER
  }

  /** By what a channel is measured. */
  enum Norm {
    L1,
    L2
  }

  /**
   * A share of the weights becomes zero, wherever they lie. By {@link Method#WANDA} it is that
   * share of each output's weights, whatever the scope.
   *
   * @param share more than 0, less than 1
   */
  record Sparsity(double share, Scope scope, Method method, NodeChoice nodes)
      implements PruneRequest {
    public Sparsity {
      checkShare(share);
    }
  }

  /**
   * Of each {@code of} weights that are neighbours along the inputs that they are multiplied with,
   * {@code kept} stay.
   */
  record Pattern(int kept, int of, Method method, NodeChoice nodes) implements PruneRequest {
    /** Hardware knows 2:4, papers go to 8:16. */
    private static final int LONGEST = 64;

    public Pattern {
      if (kept < 1 || of <= kept || of > LONGEST)
        throw new IllegalArgumentException(
            "pattern %d:%d: expected N:M with 1 ≤ N < M ≤ %d".formatted(kept, of, LONGEST));
    }

    @Override
    public String toString() {
      return kept + ":" + of;
    }
  }

  /**
   * A share of the output channels of each layer goes, and the graph becomes smaller.
   *
   * @param share more than 0, less than 1
   * @param multiple what the number of channels that stay is a multiple of, at least 1: kernels
   *     take 8 or 16 channels at a time, and the rest of a group of channels costs as much as a
   *     whole one
   */
  record Channels(double share, Norm norm, int multiple, NodeChoice nodes) implements PruneRequest {
    private static final int LARGEST = 1024;

    public Channels {
      checkShare(share);
      if (multiple < 1 || multiple > LARGEST)
        throw new IllegalArgumentException(
            "multiples of %d: expected 1 to %d".formatted(multiple, LARGEST));
    }

    /**
     * How many of a layer's channels stay: the multiple that is nearest to the share, but at least
     * one multiple, and all where there are no more than that.
     */
    public int kept(int channels) {
      long nearest = Math.round(channels * (1 - share) / multiple) * multiple;
      return (int) Math.min(channels, Math.max(multiple, nearest));
    }
  }

  private static void checkShare(double share) {
    if (!(share > 0 && share < 1))
      throw new IllegalArgumentException(
          "a share of %s: expected more than 0 and less than 1".formatted(share));
  }
}
