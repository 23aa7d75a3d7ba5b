package dev.halftone.data;

/** Rows that were asked for in words that mean none, or of which the data has none. */
public final class RowsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RowsException(String message, Throwable cause) {
    super(message, cause);
  }
}
