package dev.halftone.toolkit.cache;

import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.PendingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Statistics of a calibration as a JSON file. Canonical: equal statistics give equal bytes.
 * Integers are written as such, floats as hexadecimal floating-point strings, exact sums as
 * hexadecimal units and a power of two, so nothing is rounded; names are sorted; each tensor is one
 * line.
 */
public record StatisticsFile(Key key, SortedMap<String, Statistics> statistics) {
  private static final String FORMAT = "halftone-calibration-2";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * What the statistics were gathered of.
   *
   * @param version of the program
   * @param model hash of the model
   * @param data hash of the samples
   */
  public record Key(String version, String model, String data) {
    /** The first thing in which the other key differs, in words. */
    public String differenceTo(Key other) {
      if (!model.equals(other.model)) return "another model";
      if (!data.equals(other.data)) return "other samples";
      return "another version of Halftone (%s)".formatted(version);
    }
  }

  public StatisticsFile(Key key, Map<String, Statistics> statistics) {
    this(key, Collections.unmodifiableSortedMap(new TreeMap<>(statistics)));
  }

  /** The text of the file. */
  public String text() {
    StringBuilder text = new StringBuilder("{\n");
    field(text, "format", FORMAT);
    field(text, "version", key.version);
    field(text, "model", key.model);
    field(text, "data", key.data);
    text.append("\"tensors\": {");
    String separator = "\n";
    for (Map.Entry<String, Statistics> entry : statistics.entrySet()) {
      text.append(separator).append(JSON.writeValueAsString(entry.getKey())).append(": ");
      text.append(
          JSON.writeValueAsString(StatisticsNode.of(JSON.createObjectNode(), entry.getValue())));
      separator = ",\n";
    }
    return text.append("\n}\n}\n").toString();
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append('"').append(name).append("\": ");
    text.append(JSON.writeValueAsString(value)).append(",\n");
  }

  /**
   * Writes the file under another name beside it and moves it into place.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path path) {
    try (PendingFile pending = PendingFile.of(path)) {
      byte[] bytes = text().getBytes(StandardCharsets.UTF_8);
      pending.write(List.of(MemorySegment.ofArray(bytes)));
      pending.moveIntoPlace();
    } catch (IOException e) {
      throw PendingFile.notWritten(path, e);
    }
  }

  /**
   * Reads a file.
   *
   * @throws MalformedDataException if it is not such a file, or what it holds contradicts itself
   * @throws UncheckedIOException if it cannot be read
   */
  public static StatisticsFile read(Path path) {
    try {
      return parse(new String(Files.readAllBytes(path), StandardCharsets.UTF_8), path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StatisticsFile parse(String text, Path path) {
    JsonNode root = tree(text, path);
    if (!root.path("format").asString("").equals(FORMAT))
      throw new MalformedDataException(
          path, "is no file of calibration statistics: no \"format\": \"%s\"".formatted(FORMAT));
    Key key =
        new Key(
            string(root, "version", path), string(root, "model", path), string(root, "data", path));
    if (!(root.path("tensors") instanceof ObjectNode tensors))
      throw new MalformedDataException(path, "\"tensors\" is missing or no object");
    Map<String, Statistics> statistics = new TreeMap<>();
    tensors.forEachEntry((name, node) -> statistics.put(name, statistics(name, node, path)));
    return new StatisticsFile(key, statistics);
  }

  private static JsonNode tree(String text, Path path) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new MalformedDataException(
          path,
          "line " + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()),
          "is no JSON: " + e.getOriginalMessage());
    }
  }

  private static Statistics statistics(String name, JsonNode node, Path path) {
    try {
      return StatisticsNode.read(node);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new MalformedDataException(
          path, "tensor \"%s\"".formatted(name), String.valueOf(e.getMessage()));
    }
  }

  private static String string(JsonNode root, String field, Path path) {
    JsonNode node = root.path(field);
    if (!node.isString())
      throw new MalformedDataException(path, "\"%s\" is missing or no text".formatted(field));
    return node.stringValue();
  }
}
