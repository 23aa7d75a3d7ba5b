package dev.halftone.checkpoint.safetensors;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** The JSON of a header, read token by token so that every complaint can say where. */
final class HeaderParser {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  static final String METADATA = "__metadata__";

  /** More dimensions than any tensor has. */
  private static final int MOST_DIMENSIONS = 64;

  private final Path file;
  private final String text;
  private final JsonParser parser;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  /** A character of the text and its byte in the file, behind which all later ones are counted. */
  private int knownCharacter;

  private long knownByte;

  /**
   * @param start byte of the file at which the text starts
   */
  HeaderParser(Path file, String text, int start) {
    this.file = file;
    this.text = text;
    this.knownByte = start;
    this.parser = JSON.createParser(ObjectReadContext.empty(), text);
  }

  Map<String, String> metadata() {
    return metadata;
  }

  List<Entry> entries() {
    return entries;
  }

  void parse() {
    try (parser) {
      expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
      while (parser.nextToken() != JsonToken.END_OBJECT) member(parser.currentName());
      if (parser.nextToken() != null) throw malformed("more after the header's end");
    } catch (JacksonException e) {
      String reason = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw malformed("not JSON: " + reason);
    }
  }

  private void member(String name) {
    parser.nextToken();
    if (name.equals(METADATA)) metadataOf();
    else entries.add(entry(name, position()));
  }

  /** "Special key __metadata__ is allowed to contain free form string-to-string map." */
  private void metadataOf() {
    expect(parser.currentToken(), JsonToken.START_OBJECT, "an object");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      expect(parser.nextToken(), JsonToken.VALUE_STRING, "a string for " + key);
      metadata.put(key, parser.getString());
    }
  }

  private Entry entry(String name, long at) {
    expect(parser.currentToken(), JsonToken.START_OBJECT, "an object for tensor " + name);
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      switch (key) {
        case "dtype" -> dtype = dtype(name);
        case "shape" -> shape = numbers("shape");
        case "data_offsets" -> offsets = numbers("data_offsets");
        default ->
            throw malformed(
                "key \"%s\" of tensor %s, expected dtype, shape, data_offsets"
                    .formatted(key, name));
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.length != 2)
      throw malformed("tensor %s lacks dtype, shape or two data_offsets".formatted(name));
    Entry entry = new Entry(name, dtype, shape, offsets[0], offsets[1], at);
    entry.check(file);
    return entry;
  }

  private DType dtype(String tensor) {
    expect(parser.currentToken(), JsonToken.VALUE_STRING, "a name for dtype");
    String name = parser.getString();
    return ElementTypes.named(name)
        .orElseThrow(
            () ->
                new UnsupportedModelException(
                    file, "tensor \"%s\" has the unknown type %s".formatted(tensor, name)));
  }

  private long[] numbers(String what) {
    expect(parser.currentToken(), JsonToken.START_ARRAY, "a list for " + what);
    long[] numbers = new long[4];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "integers in " + what);
      if (count == MOST_DIMENSIONS) throw malformed("too long a list for " + what);
      if (count == numbers.length) numbers = Arrays.copyOf(numbers, 2 * count);
      numbers[count++] = parser.getLongValue();
    }
    return Arrays.copyOf(numbers, count);
  }

  private void expect(@Nullable JsonToken found, JsonToken expected, String what) {
    if (found != expected) throw malformed("%s, expected %s".formatted(found, what));
  }

  /** Byte of the file at which the parser is. */
  private long position() {
    long place = parser.currentTokenLocation().getCharOffset();
    int character = Math.clamp(place, knownCharacter, text.length());
    byte[] passed = text.substring(knownCharacter, character).getBytes(StandardCharsets.UTF_8);
    knownByte += passed.length;
    knownCharacter = character;
    return knownByte;
  }

  private MalformedModelException malformed(String problem) {
    return new MalformedModelException(file, "byte " + position(), problem);
  }
}
