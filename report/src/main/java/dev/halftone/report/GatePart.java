package dev.halftone.report;

import dev.halftone.report.Run.Gate;
import java.util.List;

/** What was asked of the model, and whether it keeps to it. */
final class GatePart {
  private GatePart() {}

  static Part of(Run run) {
    List<Gate> gates = run.gates();
    if (gates.isEmpty()) return Part.EMPTY;
    Html list = new Html().raw("<ul>");
    for (Gate gate : gates) {
      String result = gate.passed() ? "passed" : "missed";
      list.raw("<li class=\"" + result + "\">").element("strong", result);
      list.text(" --%s: %s".formatted(gate.name(), gate.reason())).raw("</li>");
    }
    return Part.of("gates", "Gates", list.raw("</ul>\n"));
  }
}
