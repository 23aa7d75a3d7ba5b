package dev.halftone.data.source;

import dev.halftone.data.yaml.Section;
import dev.halftone.graph.ValueInfo;
import java.nio.file.Path;
import java.util.List;

/**
 * What a reader is asked to open.
 *
 * @param path the file or folder; for {@code random} what stands after the kind
 * @param inputs the model's inputs that it may feed: all that are not fed by another source
 * @param options what the data description says of this source; a reader asks for the keys it knows
 * @param seed for random data
 */
public record SourceRequest(Path path, List<ValueInfo> inputs, Section options, long seed) {
  public SourceRequest {
    inputs = List.copyOf(inputs);
  }
}
