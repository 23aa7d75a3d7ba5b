package dev.halftone.data;

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
   * Finds a column for each input: by name where a source names its columns, else the source's only column.
   *
   * @param elsewhere inputs that get their values in another way
   */
  static InputColumns of(
      List<OpenedFeed> feeds, List<ValueInfo> inputs, Set<String> elsewhere) {
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

  private static void add(
      Map<String, Column> columns, OpenedFeed opened, List<ValueInfo> inputs) {
    var feed = opened.feed();
    Map<String, Column> found = opened.source().columns();
    if (!feed.input().equals(Description.ONLY_INPUT)) {
      Column column = found.size() == 1 ? found.values().iterator().next() : found.get(feed.input());
      if (column == null) throw noSuchArray(opened, feed.input());
      columns.put(feed.input(), feed.transform().of(column, feed.path()));
      return;
    }
    if (found.size() == 1 && inputs.size() == 1) {
      Column column = found.values().iterator().next();
      columns.put(inputs.getFirst().name(), feed.transform().of(column, feed.path()));
      return;
    }
    for (ValueInfo input : inputs) {
      Column column = found.get(input.name());
      if (column != null) columns.put(input.name(), feed.transform().of(column, feed.path()));
    }
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
        source.columns().containsKey(Source.UNNAMED)
            ? "one array without a name"
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
                    first.size(), columns.keySet().iterator().next(), column.size(), entry.getKey()));
      }
      if (groups == null) groups = column.groups();
    }
    if (first.size() == 0) throw new MalformedDataException(origin, "no samples");
    return new InputColumns(columns, first.size(), groups);
  }
}
