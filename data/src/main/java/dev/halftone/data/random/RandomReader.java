package dev.halftone.data.random;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Random samples in the shapes of the model's inputs, only when asked for by name; the path is
 * their number. An axis that the model leaves open has size 1 when it is the first and {@value
 * RandomColumn#OPEN_AXIS} otherwise, and a warning says so.
 */
public final class RandomReader implements SampleReader {
  private static final int MOST = 1_000_000;

  @Override
  public String kind() {
    return "random";
  }

  @Override
  public boolean recognises(Path path) {
    return false;
  }

  @Override
  public Source open(SourceRequest request) {
    int count = count(request.path());
    Map<String, Column> columns = new LinkedHashMap<>();
    List<String> warnings = new ArrayList<>();
    warnings.add(
        "samples are random noise: ranges and figures that come from them do not suit real inputs");
    for (ValueInfo input : request.inputs()) {
      RandomColumn column = RandomColumn.of(input, count, request.seed());
      columns.put(input.name(), column);
      column.warning(input).ifPresent(warnings::add);
    }
    return new Source(columns, null, List.of(), false, warnings);
  }

  private static int count(Path path) {
    String text = path.toString();
    if (text.matches("[0-9]{1,7}")) {
      int count = Integer.parseInt(text);
      if (count > 0 && count <= MOST) return count;
    }
    throw new MalformedDataException(
        "random", "\"%s\" samples, expected 1 to %d".formatted(text, MOST));
  }
}
