package dev.halftone.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** Things to be closed together, the last one first. */
final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /** Hands all over to the result, which has to close them; closing this then does nothing. */
  Resources keep() {
    Resources kept = new Resources();
    kept.open.addAll(open);
    open.clear();
    return kept;
  }

  /**
   * @throws IllegalStateException if something cannot be closed; the rest is closed all the same
   */
  @Override
  public void close() {
    IllegalStateException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (failure == null) failure = new IllegalStateException(e);
      }
    }
    if (failure != null) throw failure;
  }
}
