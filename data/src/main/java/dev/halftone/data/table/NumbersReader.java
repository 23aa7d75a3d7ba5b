package dev.halftone.data.table;

import dev.halftone.data.source.Column;
import dev.halftone.data.source.SampleReader;
import dev.halftone.data.source.Source;
import dev.halftone.data.source.SourceRequest;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * CSV and TSV tables of numbers, a sample each row: one vector of all columns, and one value for
 * each column that has a name. A column {@code label} holds the classes and is left out of the
 * vector. Option {@code columns} names those that are taken.
 */
public final class NumbersReader implements SampleReader {
  @Override
  public String kind() {
    return "csv";
  }

  @Override
  public boolean recognises(Path path) {
    // Beside a tokenizer a table holds texts.
    return Table.named(path)
        && !Files.exists(path.toAbsolutePath().resolveSibling("tokenizer.json"));
  }

  @Override
  public Source open(SourceRequest request) {
    Table table = Table.read(request.path());
    boolean chosen = request.options().has("columns");
    int[] taken =
        chosen
            ? named(table, request.options().texts("columns"))
            : IntStream.range(0, table.width()).filter(c -> c != table.column("label")).toArray();
    double[][] rows = numbers(table, taken);
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put(Source.UNNAMED, new Vectors(rows));
    List<String> header = table.header();
    for (int i = 0; header != null && i < taken.length; i++) {
      columns.put(header.get(taken[i]), new Vectors(only(rows, i)));
    }
    return new Source(columns, classes(table), List.of(table.file()), false, List.of());
  }

  private static double[][] only(double[][] rows, int column) {
    return Arrays.stream(rows).map(row -> new double[] {row[column]}).toArray(double[][]::new);
  }

  private static int[] named(Table table, List<String> names) {
    return names.stream().mapToInt(name -> column(table, name)).toArray();
  }

  private static int column(Table table, String name) {
    int column = table.column(name);
    if (column >= 0) return column;
    throw new MalformedDataException(
        table.file(), "no column \"%s\", found %s".formatted(name, table.header()));
  }

  private static double[][] numbers(Table table, int[] columns) {
    double[][] rows = new double[table.rows().size()][columns.length];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < columns.length; i++) rows[row][i] = table.number(row, columns[i]);
    }
    return rows;
  }

  private static @Nullable List<Integer> classes(Table table) {
    int label = table.column("label");
    if (label < 0) return null;
    return IntStream.range(0, table.rows().size())
        .mapToObj(row -> table.integer(row, label))
        .toList();
  }

  /** FLOAT64 vectors. */
  private record Vectors(double[][] rows) implements Column {
    @Override
    public int size() {
      return rows.length;
    }

    @Override
    public Tensor get(int row) {
      MemorySegment values = MemorySegment.ofArray(rows[row]);
      return Tensor.of(DType.FLOAT64, new long[] {rows[row].length}, values);
    }
  }
}
