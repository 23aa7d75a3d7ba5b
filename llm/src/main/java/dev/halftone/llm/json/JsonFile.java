package dev.halftone.llm.json;

import dev.halftone.graph.MalformedModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An object of a JSON file. What is {@code null} is taken as not there.
 *
 * @param place of the object in the file: empty, or names that each end in a point
 */
public record JsonFile(Path file, String place, JsonNode json) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Ten times the largest tokenizer that there is. */
  private static final long LARGEST = 400_000_000;

  /**
   * @throws MalformedModelException if it is not JSON, no object, or far too large
   * @throws UncheckedIOException if it cannot be read
   */
  public static JsonFile read(Path file) {
    try {
      long size = Files.size(file);
      if (size > LARGEST)
        throw new MalformedModelException(
            file, "%d bytes, expected at most %d".formatted(size, LARGEST));
      JsonNode json = MAPPER.readTree(Files.readAllBytes(file));
      if (!json.isObject()) throw new MalformedModelException(file, "expected a JSON object");
      return new JsonFile(file, "", json);
    } catch (JacksonException e) {
      throw new MalformedModelException(file, notJson(e));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * JSON that is a text within a file.
   *
   * @param place of the text in the file
   * @throws MalformedModelException if it is not JSON, or no object
   */
  public static JsonFile of(Path file, String place, String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (!json.isObject()) throw new MalformedModelException(file, place, "expected an object");
      return new JsonFile(file, place + ".", json);
    } catch (JacksonException e) {
      throw new MalformedModelException(file, place, notJson(e));
    }
  }

  private static String notJson(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage());
    return "not JSON: " + message.lines().findFirst().orElse("");
  }

  /** An object as a text of one line. */
  public static String line(Map<String, ?> object) {
    return MAPPER.writeValueAsString(object);
  }

  /** No keys, where a file need not be there. */
  public static JsonFile none(Path file) {
    return new JsonFile(file, "", MAPPER.createObjectNode());
  }

  /** The file of a folder; empty if it is not there. */
  public static Optional<JsonFile> readIfThere(Path file) {
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  public Optional<JsonNode> find(String key) {
    JsonNode value = json.get(key);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** A whole number from 1 to 2^31 - 1. */
  public int size(String key) {
    return sizeIfAny(key).orElseThrow(() -> missing(key));
  }

  /** A whole number from 1 to 2^31 - 1, if it is there. */
  public Optional<Integer> sizeIfAny(String key) {
    return find(key)
        .map(
            value -> {
              boolean sound =
                  value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0;
              if (!sound)
                throw malformed(
                    key, "%s, expected a number from 1 to %d".formatted(value, Integer.MAX_VALUE));
              return value.intValue();
            });
  }

  /** A whole number from 0 to 2^31 - 1. */
  public int index(String key) {
    JsonNode value = find(key).orElseThrow(() -> missing(key));
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0)
      throw malformed(key, value + ", expected a number from 0 on");
    return value.intValue();
  }

  /** The whole number from 0 to 2^31 - 1 that a key is. */
  public int indexOf(String key) {
    try {
      int index = Integer.parseInt(key);
      if (index >= 0) return index;
    } catch (NumberFormatException e) {
      // Refused below, as negative ones are.
    }
    throw malformed(key, "expected a number from 0 on as the key");
  }

  public double number(String key) {
    return numberIfAny(key).orElseThrow(() -> missing(key));
  }

  public Optional<Double> numberIfAny(String key) {
    return find(key).map(value -> finite(key, value));
  }

  private double finite(String key, JsonNode value) {
    if (!value.isNumber() || !Double.isFinite(value.doubleValue()))
      throw malformed(key, value + ", expected a number");
    return value.doubleValue();
  }

  public Optional<List<Double>> numbers(String key) {
    return find(key)
        .map(
            list -> {
              if (!list.isArray()) throw malformed(key, "expected a list of numbers");
              List<Double> numbers = new ArrayList<>();
              for (JsonNode value : list) numbers.add(finite(key, value));
              return numbers;
            });
  }

  public boolean flag(String key, boolean otherwise) {
    return flagIfAny(key).orElse(otherwise);
  }

  public Optional<Boolean> flagIfAny(String key) {
    return find(key)
        .map(
            value -> {
              if (!value.isBoolean()) throw malformed(key, value + ", expected true or false");
              return value.booleanValue();
            });
  }

  public String text(String key) {
    return textIfAny(key).orElseThrow(() -> missing(key));
  }

  public Optional<String> textIfAny(String key) {
    return find(key)
        .map(
            value -> {
              if (!value.isString()) throw malformed(key, value + ", expected a text");
              return value.stringValue();
            });
  }

  public Optional<JsonFile> object(String key) {
    return find(key)
        .map(
            value -> {
              if (!value.isObject()) throw malformed(key, "expected an object");
              return new JsonFile(file, place + key + ".", value);
            });
  }

  /** The objects of a list; none if it is not there. */
  public List<JsonFile> objects(String key) {
    List<JsonFile> objects = new ArrayList<>();
    if (find(key).isEmpty()) return objects;
    for (JsonNode value : find(key).get()) {
      String at = "%s%s[%d].".formatted(place, key, objects.size());
      if (!value.isObject()) throw new MalformedModelException(file, at, "expected an object");
      objects.add(new JsonFile(file, at, value));
    }
    return objects;
  }

  /**
   * The object as text with one more key at its end, in place of what it had under that name;
   * indented by two spaces, the same on every machine.
   */
  public String with(String key, Map<String, ?> value) {
    ObjectNode more = (ObjectNode) json.deepCopy();
    more.remove(key);
    more.set(key, MAPPER.valueToTree(value));
    return text(more);
  }

  /** As {@link #with}, without a key. */
  public String without(String key) {
    ObjectNode less = (ObjectNode) json.deepCopy();
    less.remove(key);
    return text(less);
  }

  private static String text(ObjectNode object) {
    return MAPPER.writer().with(printer()).writeValueAsString(object) + "\n";
  }

  private static DefaultPrettyPrinter printer() {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    return new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
  }

  private MalformedModelException missing(String key) {
    return malformed(key, "is missing");
  }

  public MalformedModelException malformed(String key, String problem) {
    return new MalformedModelException(file, "\"%s%s\"".formatted(place, key), problem);
  }
}
