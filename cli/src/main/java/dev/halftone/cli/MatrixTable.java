package dev.halftone.cli;

import dev.halftone.toolkit.MatrixResult;
import dev.halftone.toolkit.SweepEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** SQNR of every matrix (lines) in every format (columns), and what the formats take. */
final class MatrixTable {
  private static final String MATRIX = "matrix";
  private static final String BITS = "bits per weight";
  private static final String MEAN = "mean SQNR";
  private static final String LEAST = "least SQNR";

  private final int width;
  private final List<MatrixResult> results;

  private MatrixTable(List<String> names, List<MatrixResult> results) {
    this.width = names.stream().mapToInt(String::length).reduce(BITS.length(), Math::max);
    this.results = results;
  }

  static List<String> lines(List<String> names, List<MatrixResult> results) {
    MatrixTable table = new MatrixTable(names, results);
    List<String> lines = new ArrayList<>();
    lines.add(table.line(MATRIX, result -> result.entry().text()));
    for (int i = 0; i < names.size(); i++) {
      int matrix = i;
      lines.add(table.line(names.get(i), result -> number(result.matrices().get(matrix).sqnrDb())));
    }
    lines.add(table.line(MEAN, result -> metric(result, "weight_sqnr_db")));
    lines.add(table.line(LEAST, result -> metric(result, "weight_sqnr_db.least")));
    lines.add(table.line(BITS, result -> metric(result, "bits_per_weight")));
    return lines;
  }

  private String line(String name, Function<MatrixResult, String> cell) {
    StringBuilder line = new StringBuilder(("%-" + width + "s").formatted(name));
    for (MatrixResult result : results)
      line.append(("  %" + column(result.entry()) + "s").formatted(cell.apply(result)));
    return line.toString();
  }

  private static int column(SweepEntry entry) {
    return Math.max(6, entry.text().length());
  }

  private static String metric(MatrixResult result, String name) {
    return number(Objects.requireNonNull(result.metrics().get(name), name));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
