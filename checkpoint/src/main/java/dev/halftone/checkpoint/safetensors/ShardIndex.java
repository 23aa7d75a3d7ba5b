package dev.halftone.checkpoint.safetensors;

import dev.halftone.graph.MalformedModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Which file each tensor of a model is in, as {@code {"metadata": …, "weight_map": {TENSOR: FILE}}}
 * tells.
 *
 * @param fileOf a tensor, by its name: the name of a file in the same folder
 */
record ShardIndex(SequencedMap<String, String> fileOf) {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** As of a header: more than any index needs. */
  private static final long LARGEST = 100_000_000;

  ShardIndex {
    fileOf = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fileOf));
  }

  /** The files, by name. */
  SequencedSet<String> files() {
    return new TreeSet<>(fileOf.values());
  }

  /**
   * @throws MalformedModelException if it is no such JSON, or names a file that is not in the same
   *     folder
   */
  static ShardIndex read(Path path) {
    SequencedMap<String, String> fileOf = null;
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text(path))) {
      if (parser.nextToken() != JsonToken.START_OBJECT)
        throw new MalformedModelException(path, "expected an object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean map = parser.currentName().equals("weight_map");
        parser.nextToken();
        if (map) fileOf = weightMap(path, parser);
        else parser.skipChildren();
      }
    } catch (JacksonException e) {
      String reason = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw new MalformedModelException(path, "not JSON: " + reason);
    }
    if (fileOf == null || fileOf.isEmpty())
      throw new MalformedModelException(path, "expected a weight_map");
    return new ShardIndex(fileOf);
  }

  private static String text(Path path) {
    try {
      long size = Files.size(path);
      if (size > LARGEST)
        throw new MalformedModelException(
            path, "%d bytes, expected at most %d".formatted(size, LARGEST));
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static SequencedMap<String, String> weightMap(Path path, JsonParser parser) {
    expect(path, parser.currentToken(), JsonToken.START_OBJECT, "an object for weight_map");
    SequencedMap<String, String> fileOf = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String tensor = parser.currentName();
      expect(path, parser.nextToken(), JsonToken.VALUE_STRING, "a file for tensor " + tensor);
      fileOf.put(tensor, inFolder(path, tensor, parser.getString()));
    }
    return fileOf;
  }

  /** Nothing but a name: a path could lead anywhere. */
  private static String inFolder(Path path, String tensor, String file) {
    boolean plain =
        file.endsWith(".safetensors")
            && file.chars().noneMatch(c -> c == '/' || c == '\\' || c < ' ');
    if (!plain)
      throw new MalformedModelException(
          path,
          "tensor \"%s\" is in \"%s\", expected the name of a file NAME.safetensors beside it"
              .formatted(tensor, file));
    return file;
  }

  private static void expect(
      Path path, @Nullable JsonToken found, JsonToken expected, String what) {
    if (found != expected)
      throw new MalformedModelException(path, "%s, expected %s".formatted(found, what));
  }

  /** The index as JSON; the same content always gives the same text. */
  String json(long totalBytes) {
    StringBuilder json = new StringBuilder("{\n  \"metadata\": {\n    \"total_size\": ");
    json.append(totalBytes).append("\n  },\n  \"weight_map\": {");
    String separator = "\n    ";
    for (Map.Entry<String, String> tensor : fileOf.entrySet()) {
      json.append(separator).append(JsonText.quoted(tensor.getKey()));
      json.append(": ").append(JsonText.quoted(tensor.getValue()));
      separator = ",\n    ";
    }
    return json.append("\n  }\n}\n").toString();
  }
}
