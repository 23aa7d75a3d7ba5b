package dev.halftone.cli;

import dev.halftone.toolkit.CheckpointInspection;
import dev.halftone.toolkit.CheckpointInspection.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is in a checkpoint, for people and for scripts. */
record CheckpointText(CheckpointInspection found) {
  private static final int LONGEST_VALUE = 72;

  /** All tensors of one type. */
  private record Total(long count, long elements, long bytes) {
    Total plus(Total other) {
      return new Total(count + other.count, elements + other.elements, bytes + other.bytes);
    }

    double bitsEach() {
      return elements == 0 ? 0 : 8.0 * bytes / elements;
    }
  }

  Map<String, Object> fields() {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("format", found.format());
    fields.put("files", found.paths().stream().map(Object::toString).toList());
    fields.put("parameters", found.elements());
    fields.put("tensor_bytes", found.bytes());
    fields.put("metadata", found.metadata());
    fields.put("tensors", found.tensors().stream().map(CheckpointText::fields).toList());
    return fields;
  }

  private static Map<String, Object> fields(StoredTensor tensor) {
    return Map.of(
        "name", tensor.name(),
        "shape", tensor.shape(),
        "type", tensor.type(),
        "bytes", tensor.bytes());
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %s, %s"
            .formatted(
                found.paths().getFirst(),
                found.format(),
                Text.count(found.paths().size(), "file")));
    Total all = new Total(found.tensors().size(), found.elements(), found.bytes());
    lines.add(
        MetricText.line(
            "tensors",
            "%s, %s elements, %s, %.2f bits each"
                .formatted(
                    Text.number(all.count()),
                    Text.number(all.elements()),
                    Text.bytes(all.bytes()),
                    all.bitsEach())));
    types()
        .forEach(
            (type, total) ->
                lines.add(
                    "  %10d %-14s %10s, %.2f bits each"
                        .formatted(
                            total.count(), type, Text.bytes(total.bytes()), total.bitsEach())));
    table("metadata", rows(found.metadata()), lines);
    table("by name", found.tensors().stream().map(CheckpointText::row).toList(), lines);
    return lines;
  }

  private Map<String, Total> types() {
    Map<String, Total> types = new LinkedHashMap<>();
    for (StoredTensor tensor : found.tensors())
      types.merge(tensor.type(), new Total(1, tensor.elements(), tensor.bytes()), Total::plus);
    return types;
  }

  private record Row(String name, String rest) {}

  private static List<Row> rows(Map<String, String> metadata) {
    List<Row> rows = new ArrayList<>();
    metadata.forEach((key, value) -> rows.add(new Row(cut(key), cut(value))));
    return rows;
  }

  private static Row row(StoredTensor tensor) {
    String shape = tensor.shape().stream().map(String::valueOf).collect(Collectors.joining("×"));
    String rest = "%-14s %-10s %9s".formatted(shape, tensor.type(), Text.bytes(tensor.bytes()));
    return new Row(cut(tensor.name()), rest);
  }

  private static void table(String heading, List<Row> rows, List<String> lines) {
    if (rows.isEmpty()) return;
    lines.add("  " + heading);
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    for (Row row : rows)
      lines.add("    " + row.name() + " ".repeat(width - row.name().length() + 2) + row.rest());
  }

  /** One line of what files say; what would steer a terminal becomes a question mark. */
  private static String cut(String text) {
    String plain = text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
    if (plain.codePointCount(0, plain.length()) <= LONGEST_VALUE) return plain;
    return plain.substring(0, plain.offsetByCodePoints(0, LONGEST_VALUE - 1)) + "…";
  }
}
