package dev.halftone.data.label;

import dev.halftone.data.table.Table;
import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Boxes of photos: a table with the columns {@code file, class, cx, cy, w, h}, one box each row,
 * centre and size relative to the photo (0 to 1), as YOLO's label files have them.
 */
public final class BoxFile {
  private BoxFile() {}

  /** Centre and size relative to the photo. */
  public record RelativeBox(int category, double cx, double cy, double width, double height) {}

  /**
   * The boxes of each sample that has any, samples in the order in which the file first names them.
   *
   * @throws MalformedDataException if a column is missing, a value is out of range, or a file is
   *     none of the samples
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Map<Integer, List<RelativeBox>> read(Path file, FileIndex index) {
    Table table = Table.read(file);
    int name = column(table, "file");
    int category = column(table, "class");
    int[] geometry = {
      column(table, "cx"), column(table, "cy"), column(table, "w"), column(table, "h")
    };
    Map<Integer, List<RelativeBox>> boxes = new LinkedHashMap<>();
    for (int row = 0; row < table.rows().size(); row++) {
      double[] numbers = new double[4];
      for (int i = 0; i < 4; i++) numbers[i] = relative(table, row, geometry[i]);
      int kind = table.integer(row, category);
      if (kind < 0) throw table.wrong(row, "class %d, expected 0 or more".formatted(kind));
      boxes
          .computeIfAbsent(index.sample(table, row, name), _ -> new ArrayList<>())
          .add(new RelativeBox(kind, numbers[0], numbers[1], numbers[2], numbers[3]));
    }
    return boxes;
  }

  private static int column(Table table, String name) {
    int column = table.column(name);
    if (column >= 0) return column;
    throw new MalformedDataException(
        table.file(), "no column \"%s\", expected file,class,cx,cy,w,h".formatted(name));
  }

  private static double relative(Table table, int row, int column) {
    double number = table.number(row, column);
    if (number >= 0 && number <= 1) return number;
    throw table.wrong(row, "%s, expected 0 to 1 (relative to the photo)".formatted(number));
  }
}
