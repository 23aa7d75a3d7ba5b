package dev.halftone.onnx;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.onnx.wire.StringStringEntryProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.MappedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files beside a model that hold its weights. They are mapped, each once, and never leave the
 * model's folder.
 */
final class ExternalFiles {
  private final Path model;
  private final Path folder;
  private final Map<Path, MemorySegment> mapped = new HashMap<>();

  ExternalFiles(Path model) {
    this.model = model;
    Path parent = model.toAbsolutePath().getParent();
    this.folder = parent == null ? model.toAbsolutePath() : parent;
  }

  /**
   * The bytes of a tensor whose {@code data_location} is EXTERNAL. Keys as in the IR specification,
   * "External Tensor Data": {@code location}, {@code offset} (0 when absent) and {@code length};
   * {@code checksum} is not looked at.
   *
   * @param size bytes that the tensor's type and shape take
   */
  MemorySegment bytes(TensorProto tensor, long size, String place) {
    Path path = locate(tensor, place);
    MemorySegment file = mapped.computeIfAbsent(path, MappedFile::map);
    long offset = number(tensor, "offset", 0, place);
    long length = number(tensor, "length", size, place);
    if (length != size) {
      throw malformed(place, "%d bytes of external data, expected %d".formatted(length, size));
    }
    if (offset > file.byteSize() || length > file.byteSize() - offset) {
      throw malformed(
          place,
          "external data at %d takes %d bytes, but %s has only %d"
              .formatted(offset, length, folder.relativize(path), file.byteSize()));
    }
    return file.asSlice(offset, length);
  }

  /** The file that holds the tensor, which exists and lies in the model's folder. */
  Path locate(TensorProto tensor, String place) {
    String location = entry(tensor, "location");
    if (location == null || location.isEmpty())
      throw malformed(place, "external data without a location");
    return resolve(location, place);
  }

  private Path resolve(String location, String place) {
    Path path = folder.resolve(relative(location, place)).normalize();
    if (!path.startsWith(folder.normalize())) throw outside(location, place);
    if (!Files.exists(path))
      throw malformed(place, "external data file \"%s\" does not exist".formatted(location));
    if (!Files.isRegularFile(path))
      throw malformed(place, "external data \"%s\" is not a file".formatted(location));
    try {
      // A link inside the folder must not lead out of it either.
      if (!path.toRealPath().startsWith(folder.toRealPath())) throw outside(location, place);
    } catch (IOException e) {
      throw new UncheckedIOException(path.toString(), e);
    }
    return path;
  }

  private Path relative(String location, String place) {
    try {
      Path path = Path.of(location);
      if (path.isAbsolute()) throw outside(location, place);
      return path;
    } catch (InvalidPathException e) {
      throw malformed(place, "external data location \"%s\" is not a path".formatted(location));
    }
  }

  private static @Nullable String entry(TensorProto tensor, String key) {
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals(key)) return entry.getValue();
    }
    return null;
  }

  private long number(TensorProto tensor, String key, long otherwise, String place) {
    String text = entry(tensor, key);
    if (text == null) return otherwise;
    try {
      long number = Long.parseLong(text);
      if (number >= 0) return number;
    } catch (NumberFormatException e) {
      // Reported below with the text.
    }
    throw malformed(place, "external data %s \"%s\" is not a number of bytes".formatted(key, text));
  }

  private MalformedModelException outside(String location, String place) {
    return malformed(
        place, "external data location \"%s\" leaves the model's folder".formatted(location));
  }

  private MalformedModelException malformed(String place, String problem) {
    return new MalformedModelException(model, place, problem);
  }
}
