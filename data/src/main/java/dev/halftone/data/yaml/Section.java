package dev.halftone.data.yaml;

import dev.halftone.data.yaml.YamlValue.Mapping;
import dev.halftone.data.yaml.YamlValue.Scalar;
import dev.halftone.data.yaml.YamlValue.Sequence;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one mapping of a YAML file. Whoever reads it asks for the keys that it knows; {@link
 * #refuseOthers} then refuses what nobody asked for, naming what would have been allowed. Every
 * error names file, line and key.
 */
public final class Section {
  private final Path file;
  private final String name;
  private final Mapping mapping;
  private final Set<String> known = new TreeSet<>();

  private Section(Path file, String name, Mapping mapping) {
    this.file = file;
    this.name = name;
    this.mapping = mapping;
  }

  /**
   * The whole of a file.
   *
   * @throws MalformedDataException if it is not a YAML mapping
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Section read(Path file) {
    return new Section(file, "", YamlReader.read(file));
  }

  /** Options that stand in no file; {@code origin} takes the file's place in messages. */
  public static Section of(Path origin, Map<String, String> options) {
    LinkedHashMap<String, YamlValue> entries = new LinkedHashMap<>();
    options.forEach((key, value) -> entries.put(key, new Scalar(value, 0)));
    return new Section(origin, "", new Mapping(entries, 0));
  }

  public Path file() {
    return file;
  }

  /** A path that stands in the file, relative to the file's folder. */
  public Path resolveBeside(String path) {
    Path beside = file.toAbsolutePath().resolveSibling(path);
    return beside.normalize();
  }

  /** All keys, in the order of the file. */
  public List<String> keys() {
    return List.copyOf(mapping.entries().keySet());
  }

  public boolean has(String key) {
    return value(key) != null;
  }

  private @Nullable YamlValue value(String key) {
    known.add(key);
    return mapping.entries().get(key);
  }

  private YamlValue required(String key) {
    YamlValue value = value(key);
    if (value == null) throw wrong("key \"%s\" is missing".formatted(key));
    return value;
  }

  public boolean isText(String key) {
    return value(key) instanceof Scalar;
  }

  public boolean isList(String key) {
    return value(key) instanceof Sequence;
  }

  public String text(String key) {
    if (required(key) instanceof Scalar scalar) return scalar.text();
    throw wrong(key, "text");
  }

  public @Nullable String textOrNull(String key) {
    return has(key) ? text(key) : null;
  }

  /** One of a few words. */
  public String choice(String key, List<String> allowed) {
    String text = text(key);
    if (!allowed.contains(text)) throw wrong(key, "one of " + String.join(", ", allowed));
    return text;
  }

  /** A whole number of {@code [least, most]}. */
  public int integer(String key, int least, int most) {
    return (int) inRange(key, parseLong(text(key)), least, most);
  }

  private long inRange(String key, @Nullable Long number, long least, long most) {
    if (number == null || number < least || number > most) {
      throw wrong(key, "a whole number from %d to %d".formatted(least, most));
    }
    return number;
  }

  /** A list of whole numbers of {@code [least, most]}. */
  public int[] integers(String key, int least, int most) {
    return texts(key).stream()
        .mapToInt(text -> (int) inRange(key, parseLong(text), least, most))
        .toArray();
  }

  /** A finite number. */
  public double number(String key) {
    return finite(key, text(key));
  }

  /** A list of finite numbers; a single number is a list of one. */
  public double[] numbers(String key) {
    if (isText(key)) return new double[] {number(key)};
    return texts(key).stream().mapToDouble(text -> finite(key, text)).toArray();
  }

  private double finite(String key, String text) {
    try {
      double number = Double.parseDouble(text);
      if (Double.isFinite(number)) return number;
    } catch (NumberFormatException e) {
      // Answered below, as for NaN and infinity.
    }
    throw wrong(key, "a number");
  }

  private static @Nullable Long parseLong(String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** A list of plain values. */
  public List<String> texts(String key) {
    if (required(key) instanceof Sequence list
        && list.values().stream().allMatch(Scalar.class::isInstance)) {
      return list.values().stream().map(value -> ((Scalar) value).text()).toList();
    }
    throw wrong(key, "a list of plain values, as [1, 2]");
  }

  /** A mapping below this one. */
  public Section section(String key) {
    if (required(key) instanceof Mapping below) {
      return new Section(file, name.isEmpty() ? key : name + "." + key, below);
    }
    throw wrong(key, "keys with values");
  }

  /** A list of mappings below this one, the first named {@code key[1]} in messages. */
  public List<Section> sections(String key) {
    if (!(required(key) instanceof Sequence list)
        || !list.values().stream().allMatch(Mapping.class::isInstance))
      throw wrong(key, "a list of keys with values, each behind a dash");
    String prefix = name.isEmpty() ? key : name + "." + key;
    return IntStream.range(0, list.values().size())
        .mapToObj(
            i ->
                new Section(
                    file, "%s[%d]".formatted(prefix, i + 1), (Mapping) list.values().get(i)))
        .toList();
  }

  /** All plain values below, as text. */
  public Map<String, String> plainValues() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String key : keys()) values.put(key, text(key));
    return values;
  }

  /** An error at {@code key} that says what was found and what was expected. */
  public MalformedDataException wrong(String key, String expected) {
    YamlValue value = required(key);
    return new MalformedDataException(
        file,
        place(value.line()),
        "\"%s\" is %s, expected %s".formatted(key, value.found(), expected));
  }

  /** An error of this mapping as a whole. */
  public MalformedDataException wrong(String problem) {
    return new MalformedDataException(
        file, place(mapping.line()), (name.isEmpty() ? "" : name + ": ") + problem);
  }

  private static String place(int line) {
    return line == 0 ? "options" : "line " + line;
  }

  /** Refuses the keys that were never asked for. */
  public void refuseOthers() {
    for (Map.Entry<String, YamlValue> entry : mapping.entries().entrySet()) {
      if (known.contains(entry.getKey())) continue;
      String problem =
          "key \"%s\"%s is not known, expected one of %s"
              .formatted(
                  entry.getKey(),
                  name.isEmpty() ? "" : " of \"" + name + "\"",
                  String.join(", ", known));
      throw new MalformedDataException(file, place(entry.getValue().line()), problem);
    }
  }

  /** The numbers of a list as floats. */
  public static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    IntStream.range(0, numbers.length).forEach(i -> floats[i] = (float) numbers[i]);
    return floats;
  }
}
