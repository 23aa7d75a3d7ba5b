package dev.halftone.llm.mixture;

/**
 * Which of how many tensors of a role one is.
 *
 * @param index from 0
 */
record Place(long index, long count) {
  boolean isInFirst(int parts) {
    return index < count / parts;
  }

  /** The first eighth, the last eighth, and every third between them. */
  boolean deservesMore() {
    return index < count / 8 || index >= 7 * count / 8 || (index - count / 8) % 3 == 2;
  }

  /** Neither in the first eighth nor in the last. */
  boolean isInMiddle() {
    return index >= count / 8 && index < 7 * count / 8;
  }
}
