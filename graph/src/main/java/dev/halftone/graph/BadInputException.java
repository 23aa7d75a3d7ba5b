package dev.halftone.graph;

/**
 * A model, data or recipe file that cannot be used as it is. The message is complete: it names the
 * file and the place in it.
 */
public abstract sealed class BadInputException extends RuntimeException
    permits MalformedModelException, MalformedDataException, UnsupportedModelException {
  private static final long serialVersionUID = 1;

  BadInputException(String message) {
    super(message);
  }
}
