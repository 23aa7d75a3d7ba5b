package dev.halftone.data.array;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.file.Inflated;
import dev.halftone.data.source.Column;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * {@code .npz} files: a ZIP archive of {@code .npy} files, whose names without the ending name the
 * arrays. Option {@code entry} takes one array and leaves the others out.
 */
public final class NpzReader implements SampleReader {
  @Override
  public String kind() {
    return "npz";
  }

  @Override
  public boolean recognises(Path path) {
    return DataFiles.hasExtension(path, "npz");
  }

  @Override
  public Source open(SourceRequest request) {
    Path file = request.path();
    DataFiles.requireThere(file);
    String wanted = request.options().textOrNull("entry");
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Map<String, Column> columns = new LinkedHashMap<>();
      for (ZipEntry entry : zip.stream().toList()) {
        String name = arrayName(file, entry);
        if (wanted != null && !wanted.equals(name)) continue;
        columns.put(wanted == null ? name : Source.UNNAMED, column(file, zip, entry));
      }
      return source(file, wanted, columns);
    } catch (ZipException e) {
      throw new MalformedDataException(file, "not a ZIP archive: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String arrayName(Path file, ZipEntry entry) {
    String name = entry.getName();
    if (name.endsWith(".npy")) return name.substring(0, name.length() - ".npy".length());
    throw new MalformedDataException(file, "entry " + name, "expected only .npy files");
  }

  private static Column column(Path file, ZipFile zip, ZipEntry entry) throws IOException {
    String place = file + " entry " + entry.getName();
    try (InputStream in = zip.getInputStream(entry)) {
      return Npy.column(place, MemorySegment.ofArray(Inflated.readAll(in, place)));
    }
  }

  private static Source source(Path file, @Nullable String wanted, Map<String, Column> columns) {
    if (columns.isEmpty()) {
      throw new MalformedDataException(
          file, wanted == null ? "no arrays" : "no array named " + wanted);
    }
    return new Source(columns, null, List.of(file), false, List.of());
  }
}
