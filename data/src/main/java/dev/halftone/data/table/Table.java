package dev.halftone.data.table;

import dev.halftone.data.file.DataFiles;
import dev.halftone.graph.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file (RFC 4180: fields may stand in double quotes) or, by its ending {@code
 * .tsv}, of a TSV file (fields as they stand, quotes are letters). UTF-8; empty lines are left out.
 * The first line is a header when no field of it is a number.
 *
 * @param header names of the columns, or null when the file has none
 * @param rows as many fields each
 * @param lines line of the file that each row starts on, counted from 1
 */
public record Table(
    Path file, @Nullable List<String> header, List<List<String>> rows, List<Integer> lines) {
  private static final int LARGEST = 1 << 30;

  public Table {
    rows = List.copyOf(rows);
    lines = List.copyOf(lines);
  }

  /** Whether the file's name is one of a table. */
  public static boolean named(Path path) {
    return DataFiles.hasExtension(path, "csv", "tsv");
  }

  /**
   * Reads the whole file.
   *
   * @throws MalformedDataException if it is not UTF-8, is empty, or a row has more or fewer fields
   *     than the first
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Table read(Path file) {
    String text = text(file);
    char separator = DataFiles.hasExtension(file, "tsv") ? '\t' : ',';
    TableParser parser = new TableParser(file, text, separator);
    List<List<String>> rows = new ArrayList<>(parser.rows());
    List<Integer> lines = new ArrayList<>(parser.lines());
    if (rows.isEmpty()) throw new MalformedDataException(file, "no rows");
    for (int row = 0; row < rows.size(); row++) checkWidth(file, rows, lines, row);
    if (rows.getFirst().stream().anyMatch(Table::isNumber)) {
      return new Table(file, null, rows, lines);
    }
    return new Table(
        file, rows.getFirst(), rows.subList(1, rows.size()), lines.subList(1, lines.size()));
  }

  private static String text(Path file) {
    byte[] bytes = DataFiles.read(file, LARGEST);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new MalformedDataException(file, "not UTF-8 text");
    }
  }

  private static void checkWidth(Path file, List<List<String>> rows, List<Integer> lines, int row) {
    int found = rows.get(row).size();
    int expected = rows.getFirst().size();
    if (found != expected) {
      throw new MalformedDataException(
          file, "line " + lines.get(row), "%d fields, expected %d".formatted(found, expected));
    }
  }

  /** Whether the text is a decimal number. */
  public static boolean isNumber(String text) {
    try {
      return Double.isFinite(Double.parseDouble(text.strip()));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Index of the column of this name, or -1. */
  public int column(String name) {
    return header == null ? -1 : header.indexOf(name);
  }

  /** Number of columns. */
  public int width() {
    return header != null ? header.size() : rows.getFirst().size();
  }

  /** A field that has to be a finite number. */
  public double number(int row, int column) {
    String field = rows.get(row).get(column);
    if (!isNumber(field)) throw wrong(row, "\"%s\", expected a number".formatted(field));
    return Double.parseDouble(field.strip());
  }

  /** A field that has to be a whole number that fits an int. */
  public int integer(int row, int column) {
    double number = number(row, column);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw wrong(row, "%s, expected a whole number".formatted(rows.get(row).get(column)));
    }
    return (int) number;
  }

  /** An error in a row. */
  public MalformedDataException wrong(int row, String problem) {
    return new MalformedDataException(file, "line " + lines.get(row), problem);
  }
}
