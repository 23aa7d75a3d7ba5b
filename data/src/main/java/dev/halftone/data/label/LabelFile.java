package dev.halftone.data.label;

import dev.halftone.data.array.Idx;
import dev.halftone.data.array.IdxReader;
import dev.halftone.data.array.Npy;
import dev.halftone.data.file.DataFiles;
import dev.halftone.data.source.Column;
import dev.halftone.data.table.Table;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the class of each sample from a {@code .npy} or IDX array, or from a CSV or TSV table. In a
 * table the column is the one asked for, else {@code label}, else the first that holds a number
 * (not counting {@code file}). A column {@code file}, or in a table without header a first column
 * that is no number, says which sample each row means.
 */
public final class LabelFile {
  private LabelFile() {}

  /**
   * @param column of a table, or null to find it
   * @param index of the samples' files, or null when samples have none
   * @throws MalformedDataException if the file breaks its format's rules or a label is not a whole
   *     number of 0 or more
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Labels read(Path file, @Nullable String column, @Nullable FileIndex index) {
    DataFiles.requireThere(file);
    if (Table.named(file)) return fromTable(Table.read(file), column, index);
    if (DataFiles.hasExtension(file, "npy")) return fromArray(file, Npy.open(file));
    if (IdxReader.named(file)) return fromArray(file, Idx.open(file));
    throw new MalformedDataException(file, "not a label file: expected .npy, IDX, .csv or .tsv");
  }

  /** The files that a table names, as samples in its order. */
  public static List<Integer> order(Path file, FileIndex index) {
    Table table = Table.read(file);
    int column = fileColumn(table);
    if (column < 0) throw new MalformedDataException(file, "no column \"file\"");
    return samples(table, column, index);
  }

  /**
   * Classes from the names of the folders just below {@code folder}: the number itself when every
   * name is one, else the rank of the name among all.
   */
  public static Labels fromFolders(Path folder, List<Path> files) {
    List<String> names = files.stream().map(file -> topFolder(folder, file)).toList();
    if (names.stream().allMatch(name -> name.matches("[0-9]{1,9}"))) {
      return new Labels(names.stream().map(Integer::valueOf).toList(), null);
    }
    List<String> ranks = List.copyOf(new TreeSet<>(names));
    return new Labels(names.stream().map(ranks::indexOf).toList(), null);
  }

  private static String topFolder(Path folder, Path file) {
    Path relative = folder.relativize(file);
    if (relative.getNameCount() > 1) return relative.getName(0).toString();
    throw new MalformedDataException(
        file, "lies in no folder below %s that could be its label".formatted(folder));
  }

  private static Labels fromArray(Path file, Column array) {
    List<Integer> classes = new ArrayList<>();
    for (int row = 0; row < array.size(); row++) {
      Tensor label = array.get(row);
      if (label.count() != 1) {
        throw new MalformedDataException(
            file, "%d values for a sample, expected one label".formatted(label.count()));
      }
      double value = label.dtype().isFloat() ? label.floatAt(0) : label.longAt(0);
      classes.add(checked(file, "row " + row, value));
    }
    return new Labels(classes, null);
  }

  private static int checked(Path file, String place, double label) {
    if (label >= 0 && label == Math.rint(label) && label <= Integer.MAX_VALUE) return (int) label;
    throw new MalformedDataException(
        file, place, "label %s, expected a whole number of 0 or more".formatted(label));
  }

  private static Labels fromTable(Table table, @Nullable String named, @Nullable FileIndex index) {
    int fileColumn = fileColumn(table);
    int column = labelColumn(table, named, fileColumn);
    List<Integer> classes = new ArrayList<>();
    for (int row = 0; row < table.rows().size(); row++) {
      String place = "line " + table.lines().get(row);
      classes.add(checked(table.file(), place, table.number(row, column)));
    }
    if (fileColumn < 0 || index == null) return new Labels(classes, null);
    return new Labels(classes, samples(table, fileColumn, index));
  }

  private static List<Integer> samples(Table table, int column, FileIndex index) {
    return IntStream.range(0, table.rows().size())
        .mapToObj(row -> index.sample(table, row, column))
        .toList();
  }

  private static int fileColumn(Table table) {
    if (table.header() != null) return table.column("file");
    // Without header, "photo.jpg,3" names a file and "3<TAB>some words" does not.
    return Table.isNumber(table.rows().getFirst().getFirst()) ? -1 : 0;
  }

  private static int labelColumn(Table table, @Nullable String named, int fileColumn) {
    if (named != null) {
      if (table.column(named) >= 0) return table.column(named);
      throw new MalformedDataException(
          table.file(),
          "no column \"%s\" in %s"
              .formatted(named, Objects.requireNonNullElse(table.header(), "it")));
    }
    if (table.column("label") >= 0) return table.column("label");
    if (!table.rows().isEmpty()) {
      List<String> first = table.rows().getFirst();
      for (int column = 0; column < first.size(); column++) {
        if (column != fileColumn && Table.isNumber(first.get(column))) return column;
      }
    }
    throw new MalformedDataException(table.file(), "no column of numbers to take as labels");
  }
}
