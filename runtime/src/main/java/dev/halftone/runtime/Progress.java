package dev.halftone.runtime;

/** Hears how far long work has come. Called from any thread. */
@FunctionalInterface
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (what, done, total) -> {};

  /** {@code done} of {@code total} steps of the work named {@code what} are finished. */
  void step(String what, long done, long total);
}
