package dev.halftone.graph;

/**
 * Samples, labels or a description of them that break their format's rules: says where, what was
 * found, and what was expected.
 */
public final class MalformedDataException extends BadInputException {
  private static final long serialVersionUID = 1;

  /** {@code file at place: problem}. */
  public MalformedDataException(Object file, String place, String problem) {
    super("%s at %s: %s".formatted(file, place, problem));
  }

  public MalformedDataException(Object file, String problem) {
    super("%s: %s".formatted(file, problem));
  }
}
