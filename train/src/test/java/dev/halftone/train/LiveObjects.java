package dev.halftone.train;

import dev.halftone.train.torch.Libtorch;

/**
 * Counts native objects where garbage of other tests may still be among them: those that nobody
 * closed are freed whenever the collector finds them, between any two counts.
 */
public final class LiveObjects {
  private static final int QUIET_ROUNDS = 5;

  private LiveObjects() {}

  /** Objects that are left once the collector finds no more to free. */
  public static long settled() throws InterruptedException {
    long count = Libtorch.liveObjects();
    for (int quiet = 0; quiet < QUIET_ROUNDS; quiet++) {
      System.gc();
      Thread.sleep(20);
      long now = Libtorch.liveObjects();
      if (now != count) quiet = -1;
      count = now;
    }
    return count;
  }
}
