package dev.halftone.data;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.table.Table;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table given as data whose column {@code file} names the samples: photos or clips below the
 * table's folder.
 */
record Listing(Path folder, boolean hasLabels) {
  /** Null when the path is no such table. */
  static @Nullable Listing of(Path path) {
    if (!Table.named(path) || !path.toFile().isFile()) return null;
    Table table = Table.read(path);
    int file = table.column("file");
    if (file < 0 || table.rows().isEmpty()) return null;
    List<String> first = table.rows().getFirst();
    if (!isSample(Path.of(first.get(file)))) return null;
    boolean labels = false;
    for (int column = 0; column < first.size(); column++) {
      labels |= column != file && Table.isNumber(first.get(column));
    }
    return new Listing(path.toAbsolutePath().resolveSibling(".").normalize(), labels);
  }

  private static boolean isSample(Path name) {
    return DataFiles.hasExtension(name, "wav", "jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff");
  }
}
