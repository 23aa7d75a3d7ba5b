package dev.halftone.toolkit.blocks;

/**
 * Which row of a GGUF matrix is an output channel of a graph: the same, or for queries and keys of
 * Llamas, whose pairs llama.cpp keeps together, row {@code 2 j + s} of a head for channel {@code s
 * d / 2 + j}, in heads of {@code d} rows.
 *
 * @param head rows of a head; 0 for rows in their order
 */
record RowOrder(long head) {
  static final RowOrder SAME = new RowOrder(0);

  long row(long channel) {
    if (head == 0) return channel;
    long within = channel % head;
    long half = head / 2;
    return channel - within + 2 * (within % half) + within / half;
  }
}
