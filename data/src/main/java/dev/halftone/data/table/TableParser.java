package dev.halftone.data.table;

import dev.halftone.graph.MalformedDataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Splits text into rows and fields in one pass. */
final class TableParser {
  private final Path file;
  private final String text;
  private final char separator;
  private final boolean quotes;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<Integer> lines = new ArrayList<>();
  private int position;
  private int line = 1;

  TableParser(Path file, String text, char separator) {
    this.file = file;
    this.text = text;
    this.separator = separator;
    this.quotes = separator == ',';
    while (position < text.length()) row();
  }

  List<List<String>> rows() {
    return rows;
  }

  List<Integer> lines() {
    return lines;
  }

  private void row() {
    int start = line;
    List<String> fields = new ArrayList<>();
    fields.add(field());
    while (position < text.length() && text.charAt(position) == separator) {
      position++;
      fields.add(field());
    }
    endOfLine();
    if (fields.size() == 1 && fields.getFirst().isBlank()) return;
    rows.add(List.copyOf(fields));
    lines.add(start);
  }

  private void endOfLine() {
    if (position < text.length() && text.charAt(position) == '\r') position++;
    if (position < text.length() && text.charAt(position) == '\n') position++;
    line++;
  }

  private String field() {
    if (quotes && position < text.length() && text.charAt(position) == '"') return quoted();
    int start = position;
    while (position < text.length() && !ends(text.charAt(position))) position++;
    return text.substring(start, position);
  }

  private boolean ends(char c) {
    return c == separator || c == '\n' || c == '\r';
  }

  private String quoted() {
    int start = line;
    StringBuilder field = new StringBuilder();
    position++;
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c == '\n') line++;
      if (c != '"') {
        field.append(c);
      } else if (position < text.length() && text.charAt(position) == '"') {
        field.append('"');
        position++;
      } else {
        return closed(field.toString());
      }
    }
    throw new MalformedDataException(file, "line " + start, "a quoted field is not closed");
  }

  private String closed(String field) {
    if (position == text.length() || ends(text.charAt(position))) return field;
    throw new MalformedDataException(file, "line " + line, "text behind a closing quote");
  }
}
