package dev.halftone.data;

/** As many labels as samples were expected. */
public final class LabelCountException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LabelCountException(Object labelFile, long labels, long samples) {
    super("%s: %d labels for %d samples".formatted(labelFile, labels, samples));
  }
}
