package dev.halftone.data.source;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one file or folder holds.
 *
 * @param columns by name; the name is {@link #UNNAMED} for a kind that has only one column
 * @param classes the class of each sample, for a kind that holds them itself; null otherwise
 * @param files the files that were read: one for each sample, in order, when {@code filePerSample}
 * @param warnings what was guessed, in plain words for the user
 */
public record Source(
    Map<String, Column> columns,
    @Nullable List<Integer> classes,
    List<Path> files,
    boolean filePerSample,
    List<String> warnings) {
  /** The name of the only column of a kind that names none. */
  public static final String UNNAMED = "";

  public Source {
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    if (classes != null) classes = List.copyOf(classes);
    files = List.copyOf(files);
    warnings = List.copyOf(warnings);
  }

  /** A file that is one array. */
  public static Source of(Path file, Column column) {
    return new Source(Map.of(UNNAMED, column), null, List.of(file), false, List.of());
  }

  /** A folder with a file for each sample. */
  public static Source ofFolder(List<Path> files, Column column, List<String> warnings) {
    return new Source(Map.of(UNNAMED, column), null, files, true, warnings);
  }
}
