package dev.halftone.data;

import dev.halftone.graph.ValueInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which samples a caller wants, for which model.
 *
 * @param data a file or folder in one of the known kinds, a data description ({@code .yaml}), or
 *     {@code random}
 * @param labels a label file ({@code .npy}, CSV/TSV, IDX), {@code folders} for the names of the
 *     folders that samples lie in, or null; a label file with file names also says which files and
 *     their order
 * @param rows slices {@code A:B} or {@code A:B:STEP} separated by commas, counted in the order of
 *     the label file; null means all
 * @param preprocess an image preprocessing file or the name of a built-in one, or null
 * @param labelOffset added to a label to get its index in the model's output
 * @param inputs what the model wants: the samples are cast and shaped to these
 * @param seed for {@code random}
 */
public record DataRequest(
    String data,
    @Nullable String labels,
    @Nullable String rows,
    @Nullable String preprocess,
    int labelOffset,
    List<ValueInfo> inputs,
    long seed) {
  public DataRequest {
    inputs = List.copyOf(inputs);
  }
}
