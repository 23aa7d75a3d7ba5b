package dev.halftone.toolkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plain values as JSON text that is the same for the same values. Apart, so that JSON is loaded
 * only when it is written.
 */
final class Json {
  private static final ObjectWriter WRITER =
      JsonMapper.builder().defaultPrettyPrinter(printer()).build().writerWithDefaultPrettyPrinter();

  /** Largest magnitude up to which every whole double is written as the integer that it is. */
  private static final double WHOLE = 1L << 53;

  private Json() {}

  static String write(Map<String, Object> values) {
    return WRITER.writeValueAsString(ordered(values)) + "\n";
  }

  private static DefaultPrettyPrinter printer() {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectNameValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    return new DefaultPrettyPrinter(separators)
        .withObjectIndenter(indenter)
        .withArrayIndenter(indenter);
  }

  /**
   * Maps sorted by key; doubles that are whole numbers as integers ({@code 1234567} and not {@code
   * 1.234567E6}).
   */
  private static Object ordered(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, inner) -> sorted.put((String) key, ordered(inner)));
        yield new LinkedHashMap<>(sorted);
      }
      case List<?> list -> list.stream().map(Json::ordered).toList();
      case Double number when number == Math.rint(number) && Math.abs(number) < WHOLE ->
          number.longValue();
      case Double number when !Double.isFinite(number) -> number.toString();
      case Float number when !Float.isFinite(number) -> number.toString();
      default -> value;
    };
  }
}
