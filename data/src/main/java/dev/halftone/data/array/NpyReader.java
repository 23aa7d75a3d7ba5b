package dev.halftone.data.array;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import java.nio.file.Path;

/** {@code .npy} files. */
public final class NpyReader implements SampleReader {
  @Override
  public String kind() {
    return "npy";
  }

  @Override
  public boolean recognises(Path path) {
    return DataFiles.hasExtension(path, "npy");
  }

  @Override
  public Source open(SourceRequest request) {
    return Source.of(request.path(), Npy.open(request.path()));
  }
}
