package dev.halftone.checkpoint.gguf;

import dev.halftone.graph.MalformedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model in several files: names that end in {@code -00001-of-0000N.gguf}, keys that say the same.
 */
final class Split {
  private static final String NUMBER = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";

  private static final Pattern NAME =
      Pattern.compile("(.*)-([0-9]{5})-of-([0-9]{5})\\.gguf", Pattern.DOTALL);

  private Split() {}

  /** The number of parts that a file says its model has; 1 if it says nothing. */
  private static long parts(Part part) {
    return number(part, COUNT).orElse(1L);
  }

  static boolean isOneOfMany(Part part) {
    return parts(part) > 1;
  }

  /** All parts of the model, in order; {@code known} is one of them. */
  static List<Part> all(Part known) {
    long count = parts(known);
    Path path = known.path();
    Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
    if (!name.matches() || Long.parseLong(name.group(3)) != count)
      throw malformed(
          path,
          "%s is %d, expected a file name that ends in -0000X-of-%05d.gguf"
              .formatted(COUNT, count, count));
    List<Part> parts = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String file = "%s-%05d-of-%05d.gguf".formatted(name.group(1), i, count);
      Part part = Part.read(path.resolveSibling(file));
      check(part, i - 1, count);
      parts.add(part);
    }
    checkTensors(parts);
    return parts;
  }

  private static void check(Part part, long number, long count) {
    if (parts(part) != count)
      throw malformed(part.path(), "%s is %d, expected %d".formatted(COUNT, parts(part), count));
    long found = number(part, NUMBER).orElse(-1L);
    if (found != number)
      throw malformed(part.path(), "%s is %d, expected %d".formatted(NUMBER, found, number));
  }

  private static void checkTensors(List<Part> parts) {
    long found = parts.stream().mapToLong(part -> part.tensors().size()).sum();
    Part first = parts.getFirst();
    long expected = number(first, TENSORS).orElse(found);
    if (found != expected)
      throw malformed(
          first.path(), "%s is %d, the files have %d tensors".formatted(TENSORS, expected, found));
  }

  /** The metadata of the whole, without what only tells parts apart. */
  static SequencedMap<String, MetadataValue> metadata(Part first) {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>(first.metadata());
    metadata.keySet().removeAll(List.of(NUMBER, COUNT, TENSORS));
    return metadata;
  }

  private static Optional<Long> number(Part part, String key) {
    MetadataValue value = part.metadata().get(key);
    if (value == null) return Optional.empty();
    if (!value.type().isInteger())
      throw malformed(part.path(), "%s is %s, expected a number".formatted(key, value.type()));
    return Optional.of(value.asLong());
  }

  private static MalformedModelException malformed(Path path, String problem) {
    return new MalformedModelException(path, problem);
  }
}
