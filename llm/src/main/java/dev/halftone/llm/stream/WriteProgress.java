package dev.halftone.llm.stream;

/** Is told how far the work is. Called by several threads. */
@FunctionalInterface
public interface WriteProgress {
  /** Nobody listens. */
  WriteProgress NONE = bytes -> {};

  /** So many more bytes of the source are through. */
  void advanced(long bytes);
}
