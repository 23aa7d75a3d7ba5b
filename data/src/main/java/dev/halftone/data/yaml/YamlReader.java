package dev.halftone.data.yaml;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.yaml.YamlValue.Mapping;
import dev.halftone.data.yaml.YamlValue.Scalar;
import dev.halftone.data.yaml.YamlValue.Sequence;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads a YAML file as nested values. One document in UTF-8, no aliases or tags, no key twice, at
 * most {@value #LIMIT} bytes.
 */
final class YamlReader {
  private static final int LIMIT = 1 << 20;
  private static final int DEEPEST = 20;
  private static final int LONGEST = 10_000;

  private final Path file;
  private final YAMLParser parser;

  private YamlReader(Path file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  static Mapping read(Path file) {
    String text = YamlText.decode(file, DataFiles.read(file, LIMIT));
    try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
      return new YamlReader(file, (YAMLParser) parser).document();
    } catch (JacksonException e) {
      throw YamlSyntax.error(file, e);
    }
  }

  private Mapping document() {
    JsonToken first = parser.nextToken();
    if (first == null)
      throw new MalformedDataException(file, "it is empty, expected keys with values");
    if (first != JsonToken.START_OBJECT) {
      String found = first == JsonToken.START_ARRAY ? "a list" : "a single value";
      throw new MalformedDataException(
          file, "line " + line(), found + ", expected keys with values");
    }
    Mapping mapping = mapping(0);
    if (parser.nextToken() != null) {
      throw new MalformedDataException(
          file, "line " + line(), "a second document, expected only one");
    }
    return mapping;
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private Mapping mapping(int depth) {
    int line = line();
    LinkedHashMap<String, YamlValue> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      int keyLine = line();
      parser.nextToken();
      if (entries.put(key, value(depth + 1)) != null) {
        throw new MalformedDataException(
            file, "line " + keyLine, "key \"%s\" stands here a second time".formatted(key));
      }
    }
    return new Mapping(entries, line);
  }

  private Sequence sequence(int depth) {
    int line = line();
    List<YamlValue> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) values.add(value(depth + 1));
    return new Sequence(values, line);
  }

  private YamlValue value(int depth) {
    if (depth > DEEPEST) {
      throw new MalformedDataException(
          file, "line " + line(), "nested deeper than %d levels".formatted(DEEPEST));
    }
    if (parser.isCurrentAlias()) {
      throw new MalformedDataException(
          file, "line " + line(), "aliases (*name) are not understood: write the value out");
    }
    if (parser.getTypeId() != null) {
      throw new MalformedDataException(
          file, "line " + line(), "tags (!name) are not understood: leave them out");
    }
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) return mapping(depth);
    if (token == JsonToken.START_ARRAY) return sequence(depth);
    return new Scalar(text(), line());
  }

  private String text() {
    String text = String.valueOf(parser.getString());
    if (text.length() > LONGEST) {
      throw new MalformedDataException(
          file,
          "line " + line(),
          "a value of %d characters, expected at most %d".formatted(text.length(), LONGEST));
    }
    return text;
  }
}
