package dev.halftone.toolkit;

import java.util.List;

/** Settings of a recipe that do not go together. */
final class ContradictionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String allowed;
  private final transient List<String> keys;

  /**
   * @param message in the words of the command line
   * @param allowed what would do in place of what was said
   * @param keys of a recipe file, the first that is there being at fault
   */
  ContradictionException(String message, String allowed, String... keys) {
    super(message);
    this.allowed = allowed;
    this.keys = List.of(keys);
  }

  String allowed() {
    return allowed;
  }

  List<String> keys() {
    return keys;
  }
}
