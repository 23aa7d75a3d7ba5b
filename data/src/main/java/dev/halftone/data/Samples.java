package dev.halftone.data;

import dev.halftone.data.source.Preview;
import dev.halftone.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A finite sequence of samples that can be read again. Reading is stateless and thread-safe: sample
 * {@code row} is the same value whenever and in whatever order it is read.
 */
public interface Samples {
  int size();

  /**
   * Sample {@code row} as a complete set of model inputs for a batch of one: every tensor has
   * exactly the rank and element type of the model's input, batch axis included.
   *
   * @throws dev.halftone.graph.MalformedDataException if the file behind the sample is broken
   */
  Map<String, Tensor> get(int row);

  /** The sample for people, or null where nothing but numbers is known of it. */
  default @Nullable Preview preview(int row) {
    return null;
  }
}
