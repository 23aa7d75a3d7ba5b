package dev.halftone.data.text;

import dev.halftone.data.file.DataFiles;
import dev.halftone.data.table.Table;
import dev.halftone.graph.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a file.
 *
 * @param classes of a table's column {@code label}, or of its first column when there is no header
 *     and it holds numbers; else null
 */
record Texts(List<String> texts, @Nullable List<Integer> classes) {
  private static final int LARGEST = 1 << 30;

  static Texts read(Path file, @Nullable String column) {
    return Table.named(file) ? ofTable(Table.read(file), column) : ofLines(file);
  }

  private static Texts ofLines(Path file) {
    byte[] bytes = DataFiles.read(file, LARGEST);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new Texts(text.lines().filter(line -> !line.isBlank()).toList(), null);
    } catch (CharacterCodingException e) {
      throw new MalformedDataException(file, "not UTF-8 text");
    }
  }

  private static Texts ofTable(Table table, @Nullable String name) {
    int column = textColumn(table, name);
    int label = labelColumn(table);
    List<String> texts = table.rows().stream().map(row -> row.get(column)).toList();
    if (label < 0 || label == column) return new Texts(texts, null);
    IntStream rows = IntStream.range(0, texts.size());
    return new Texts(texts, rows.mapToObj(row -> table.integer(row, label)).toList());
  }

  private static int textColumn(Table table, @Nullable String name) {
    if (name == null) {
      return table.column("text") >= 0 ? table.column("text") : table.width() - 1;
    }
    if (table.column(name) >= 0) return table.column(name);
    throw new MalformedDataException(
        table.file(), "no column \"%s\", found %s".formatted(name, table.header()));
  }

  private static int labelColumn(Table table) {
    if (table.header() != null) return table.column("label");
    return Table.isNumber(table.rows().getFirst().getFirst()) ? 0 : -1;
  }
}
