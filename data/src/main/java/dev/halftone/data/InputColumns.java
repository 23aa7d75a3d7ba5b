package dev.halftone.data;

import dev.halftone.data.Description.Feed;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.Groups;
import dev.halftone.data.source.Source;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.graph.ValueInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns that feed the model's inputs, before they are fitted.
 *
 * @param byInput columns of equal size
 * @param size number of samples
 * @param groups clips that the samples were cut from, or null
 */
record InputColumns(Map<String, Column> byInput, int size, @Nullable Groups groups) {

  /**
   * Finds a column for each input: by name where a source names its columns, else the source's only
   * column.
   *
   * @param elsewhere inputs that get their values in another way
   */
  static InputColumns of(List<OpenedFeed> feeds, List<ValueInfo> inputs, Set<String> elsewhere) {
    Map<String, Column> columns = new LinkedHashMap<>();
    for (OpenedFeed opened : feeds) {
      add(columns, opened, inputs.stream().filter(i -> !elsewhere.contains(i.name())).toList());
    }
    for (ValueInfo input : inputs) {
      if (!columns.containsKey(input.name()) && !elsewhere.contains(input.name())) {
        throw missing(feeds, inputs, input);
      }
    }
    return equalSizes(feeds.getFirst().feed().path(), columns);
  }

  private static void add(Map<String, Column> columns, OpenedFeed opened, List<ValueInfo> inputs) {
    Feed feed = opened.feed();
    boolean named = !feed.input().equals(Description.ONLY_INPUT);
    List<String> fed =
        named ? List.of(feed.input()) : inputs.stream().map(ValueInfo::name).toList();
    for (String input : fed) {
      Column column = pick(opened.source().columns(), input, fed.size() == 1);
      if (column != null) columns.put(input, feed.transform().of(column, feed.path()));
      if (column == null && named) throw noSuchArray(opened, input);
    }
  }

  /**
   * The column of the input's name; for the only input fed also the source's only column, or the
   * one without a name.
   */
  private static @Nullable Column pick(Map<String, Column> found, String input, boolean only) {
    Column named = found.get(input);
    if (named != null || !only) return named;
    return found.size() == 1 ? found.values().iterator().next() : found.get(Source.UNNAMED);
  }

  private static MalformedDataException noSuchArray(OpenedFeed opened, String input) {
    return new MalformedDataException(
        opened.feed().path(),
        "has arrays %s, expected one named \"%s\""
            .formatted(String.join(", ", opened.source().columns().keySet()), input));
  }

  private static MalformedDataException missing(
      List<OpenedFeed> feeds, List<ValueInfo> inputs, ValueInfo input) {
    Source source = feeds.getFirst().source();
    String found =
        source.columns().size() == 1
            ? "one array"
            : "arrays " + String.join(", ", source.columns().keySet());
    return new MalformedDataException(
        feeds.getFirst().feed().path(),
        "%s; nothing for the model's input %s (inputs: %s): name the arrays by input (.npz) or write a data description"
            .formatted(
                found,
                input.name(),
                inputs.stream().map(ValueInfo::toString).collect(Collectors.joining("; "))));
  }

  private static InputColumns equalSizes(Object origin, Map<String, Column> columns) {
    Column first = columns.values().iterator().next();
    Groups groups = null;
    for (Map.Entry<String, Column> entry : columns.entrySet()) {
      Column column = entry.getValue();
      if (column.size() != first.size()) {
        throw new MalformedDataException(
            origin,
            "%d samples for input %s but %d for %s"
                .formatted(
                    first.size(),
                    columns.keySet().iterator().next(),
                    column.size(),
                    entry.getKey()));
      }
      if (groups == null) groups = column.groups();
    }
    if (first.size() == 0) throw new MalformedDataException(origin, "no samples");
    return new InputColumns(columns, first.size(), groups);
  }
}
