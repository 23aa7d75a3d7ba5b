package dev.halftone.report;

import java.util.ArrayList;
import java.util.List;

/** A table whose rows can be sorted by any column. */
final class Table {
  private final String caption;
  private final List<Column> columns;
  private final List<List<Cell>> rows = new ArrayList<>();
  private boolean chosen;

  /** A heading, and whether numbers stand below it. */
  record Column(String title, boolean numeric) {
    static Column text(String title) {
      return new Column(title, false);
    }

    static Column number(String title) {
      return new Column(title, true);
    }
  }

  /** What is shown, and the number that it is sorted by; NaN sorts last, text by itself. */
  record Cell(String shown, double number) {
    static Cell of(String shown) {
      return new Cell(shown, Double.NaN);
    }

    static Cell of(double number) {
      return new Cell(Numbers.decimal(number), number);
    }

    static Cell of(double number, String shown) {
      return new Cell(shown, number);
    }
  }

  Table(String caption, Column... columns) {
    this.caption = caption;
    this.columns = List.of(columns);
  }

  void row(Cell... cells) {
    rows.add(List.of(cells));
  }

  /** The first cell of each row becomes a button that chooses the row. */
  Table withChoice() {
    chosen = true;
    return this;
  }

  int size() {
    return rows.size();
  }

  Html html() {
    Html html =
        new Html().raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html.text(caption).raw("\"><table").raw(chosen ? " class=\"choice\"" : "");
    html.raw("><caption>").text(caption).raw("</caption><thead><tr>");
    for (Column column : columns) {
      html.raw("<th scope=\"col\"").raw(column.numeric ? " class=\"number\"" : "");
      html.raw("><button type=\"button\">").text(column.title).raw("</button></th>");
    }
    html.raw("</tr></thead><tbody>\n");
    for (List<Cell> row : rows) append(html, row);
    return html.raw("</tbody></table></div>\n");
  }

  private void append(Html html, List<Cell> row) {
    html.raw("<tr>");
    for (int i = 0; i < row.size(); i++) {
      Cell cell = row.get(i);
      String tag = i == 0 ? "th" : "td";
      html.raw("<" + tag).raw(i == 0 ? " scope=\"row\"" : "");
      if (columns.get(i).numeric) {
        html.raw(" class=\"number\" data-value=\"");
        html.raw(Double.isNaN(cell.number) ? "" : Double.toString(cell.number)).raw("\"");
      }
      html.raw(">");
      if (i == 0 && chosen) html.raw("<button type=\"button\">").text(cell.shown).raw("</button>");
      else html.text(cell.shown);
      html.raw("</" + tag + ">");
    }
    html.raw("</tr>\n");
  }
}
