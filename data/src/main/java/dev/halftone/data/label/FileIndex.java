package dev.halftone.data.label;

import dev.halftone.data.table.Table;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds samples by the names that a table calls their files. */
public final class FileIndex {
  private final Path folder;
  private final Map<Path, Integer> samples = new HashMap<>();

  /**
   * @param folder that the samples were read from
   * @param files the file of each sample
   */
  public FileIndex(Path folder, List<Path> files) {
    this.folder = folder;
    for (int sample = 0; sample < files.size(); sample++) {
      samples.put(files.get(sample).toAbsolutePath().normalize(), sample);
    }
  }

  /**
   * The sample of the file that a row names, relative to the table or to the folder of the samples.
   *
   * @throws dev.halftone.graph.MalformedDataException if there is none
   */
  public int sample(Table table, int row, int column) {
    String name = table.rows().get(row).get(column).strip();
    Integer sample = samples.get(beside(table.file(), name));
    if (sample == null) sample = samples.get(folder.toAbsolutePath().resolve(name).normalize());
    if (sample != null) return sample;
    throw table.wrong(row, "no such sample below %s: %s".formatted(folder, name));
  }

  private static Path beside(Path table, String name) {
    return table.toAbsolutePath().resolveSibling(name).normalize();
  }
}
