package dev.halftone.report;

import dev.halftone.report.Run.Gate;
import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.List;

/** What was asked of the model, and whether it keeps to it. */
final class GatePart {
  private GatePart() {}

  static Part of(Run run) {
    List<Gate> gates = run.gates();
    if (gates.isEmpty()) return Part.EMPTY;
    Table table =
        new Table(
            "Gates",
            Column.text("Gate"),
            Column.text("Result"),
            Column.number("Measured"),
            Column.number("Limit"),
            Column.text("In words"));
    for (Gate gate : gates)
      table.row(
          Cell.of("--" + gate.name()),
          Cell.of(gate.passed() ? "passed" : "missed"),
          Cell.of(gate.found()),
          Cell.of(gate.limit()),
          Cell.of(gate.reason()));
    return Part.of("gates", "Gates", table.html());
  }
}
