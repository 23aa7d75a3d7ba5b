package dev.halftone.train.optimize;

/**
 * The learning rate by step: it rises from 0 in a straight line, then falls along half a cosine to
 * 0 (Loshchilov and Hutter, arXiv 1608.03983, eq. 5, without restarts).
 *
 * @param rate the highest
 * @param rising steps, less than all
 * @param steps all
 */
public record Schedule(double rate, long rising, long steps) {
  public Schedule {
    if (rising < 0 || steps < 1 || rising >= steps)
      throw new IllegalArgumentException("%d of %d steps rising".formatted(rising, steps));
  }

  /** The rate of step {@code step}, counted from 0. */
  public double at(long step) {
    if (step < rising) return rate * (step + 1) / (rising + 1);
    double through = (double) (step - rising) / (steps - rising);
    return rate * 0.5 * (1 + StrictMath.cos(Math.PI * Math.min(1, through)));
  }
}
