package dev.halftone.llm.importance;

import java.util.List;

/**
 * Whence importance weights come.
 *
 * @param file as it was named
 * @param datasets that they were measured on
 * @param entries tensors that they are for
 * @param chunks of text that they were measured on; 0 if that is not known
 */
public record Origin(String file, List<String> datasets, int entries, long chunks) {
  public Origin {
    datasets = List.copyOf(datasets);
  }
}
