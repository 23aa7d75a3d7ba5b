package dev.halftone.train;

/** The loss is no number any more: training went wrong, the model and the data need not be. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Training soFar;

  DivergedException(int epoch, long step, Training soFar) {
    super(
        "the loss or its gradient is not a number in epoch %d, step %d; the best epoch before is %d: a lower learning rate may help"
            .formatted(epoch, step, soFar.best()));
    this.soFar = soFar;
  }

  /** What was trained until then. */
  public Training soFar() {
    return soFar;
  }
}
