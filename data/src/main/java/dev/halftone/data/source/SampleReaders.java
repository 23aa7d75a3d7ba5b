package dev.halftone.data.source;

import dev.halftone.data.file.DataFiles;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The readers that are installed, by kind. */
public final class SampleReaders {
  private static final Map<String, SampleReader> BY_KIND = load();

  private SampleReaders() {}

  private static Map<String, SampleReader> load() {
    Map<String, SampleReader> readers = new TreeMap<>();
    for (SampleReader reader : ServiceLoader.load(SampleReader.class)) {
      SampleReader other = readers.put(reader.kind(), reader);
      if (other != null) {
        throw new IllegalStateException(
            "two readers of kind \"%s\": %s and %s"
                .formatted(reader.kind(), other.getClass(), reader.getClass()));
      }
    }
    return Collections.unmodifiableMap(readers);
  }

  /** All kinds in the order of their names. */
  public static Set<String> kinds() {
    return BY_KIND.keySet();
  }

  /** The reader of a kind, or null. */
  public static @Nullable SampleReader ofKind(String kind) {
    return BY_KIND.get(kind);
  }

  /**
   * The first reader that recognises what is there.
   *
   * @throws java.io.UncheckedIOException if nothing is there
   * @throws MalformedDataException if no reader recognises it
   */
  public static SampleReader recognising(Path path) {
    DataFiles.requireThere(path);
    for (SampleReader reader : BY_KIND.values()) {
      if (reader.recognises(path)) return reader;
    }
    throw new MalformedDataException(
        path, "not data of a known kind: " + String.join(", ", kinds()));
  }
}
