package dev.halftone.cli;

/** How the process ends. */
final class ExitCode {
  static final int DONE = 0;
  static final int INTERNAL_ERROR = 1;

  /**
   * Wrong usage; a path that is missing, unreadable or unwritable; labels whose count does not fit.
   */
  static final int USAGE = 2;

  /** The model, data or recipe is malformed or unsupported. */
  static final int BAD_INPUT = 3;

  static final int GATE_MISSED = 4;

  /** Ctrl-C: 128 and the number of SIGINT. */
  static final int CANCELLED = 130;

  private ExitCode() {}
}
