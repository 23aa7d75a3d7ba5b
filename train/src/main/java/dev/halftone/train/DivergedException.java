package dev.halftone.train;

/** The loss is no number any more: training went wrong, the model need not be. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Training soFar;

  /**
   * @param why what is known of the reason, or what may help
   */
  DivergedException(int epoch, long step, Training soFar, String why) {
    super(
        "the loss or its gradient is not a number in epoch %d, step %d; the best epoch before is %d: %s"
            .formatted(epoch, step, soFar.best(), why));
    this.soFar = soFar;
  }

  /** What was trained until then. */
  public Training soFar() {
    return soFar;
  }
}
