package dev.halftone.data.source;

import java.nio.file.Path;

/**
 * Reads data of one kind. Implementations have a public constructor without parameters and are
 * listed in {@code META-INF/services/dev.halftone.data.source.SampleReader}.
 */
public interface SampleReader {
  /**
   * The name of the kind, which is also its key in a data description: {@code images}, {@code wav}.
   */
  String kind();

  /**
   * Whether an existing file or folder is of this kind, as far as its name and first bytes tell.
   * Readers are asked in the order of their kinds' names; one that is only ever asked for by name
   * says false.
   */
  boolean recognises(Path path);

  /**
   * Opens the file or folder; arrays are read later, on demand.
   *
   * @throws dev.halftone.graph.MalformedDataException if it breaks its format's rules
   * @throws java.io.UncheckedIOException if it is missing or cannot be read
   */
  Source open(SourceRequest request);
}
