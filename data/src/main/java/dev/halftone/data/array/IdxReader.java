package dev.halftone.data.array;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import java.nio.file.Path;

/**
 * IDX files, recognised by the names that they usually have: {@code t10k-images-idx3-ubyte.gz},
 * {@code digits.idx}.
 */
public final class IdxReader implements SampleReader {
  @Override
  public String kind() {
    return "idx";
  }

  @Override
  public boolean recognises(Path path) {
    return named(path);
  }

  /** Whether the file's name is one of an IDX file. */
  public static boolean named(Path path) {
    String name = path.getFileName() == null ? "" : path.getFileName().toString();
    return name.matches(".*[-.]idx[0-9]-[a-z0-9]+(\\.gz)?")
        || DataFiles.hasExtension(path, "idx", "idx.gz");
  }

  @Override
  public Source open(SourceRequest request) {
    return Source.of(request.path(), Idx.open(request.path()));
  }
}
