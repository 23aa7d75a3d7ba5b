package dev.halftone.graph;

/** The file breaks its format's rules: says where, what was found, and what was expected. */
public final class MalformedModelException extends BadInputException {
  private static final long serialVersionUID = 1;

  /**
   * {@code file at place: problem}, for instance {@code model.onnx at initializer "w": 12 bytes,
   * expected 16}.
   */
  public MalformedModelException(Object file, String place, String problem) {
    super("%s at %s: %s".formatted(file, place, problem));
  }

  public MalformedModelException(Object file, String problem) {
    super("%s: %s".formatted(file, problem));
  }
}
