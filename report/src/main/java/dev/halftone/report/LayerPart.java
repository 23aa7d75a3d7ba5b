package dev.halftone.report;

import dev.halftone.report.Chart.Bars;
import dev.halftone.report.Run.LayerError;
import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Who is to blame, in the order of the network. */
final class LayerPart {
  private LayerPart() {}

  static Part of(Run run) {
    List<LayerError> errors = run.errors();
    if (errors.isEmpty()) return Part.EMPTY;
    Chart chart =
        new Chart(
            "chart-errors",
            "Noise that each layer makes itself, in the order of the network.",
            "Own noise in per cent; most: " + worst(errors),
            new Bars(
                "%",
                errors.stream().map(LayerError::label).toList(),
                errors.stream().map(LayerError::ownPercent).toList()));
    Html html = new Html().element("p", explanation(run)).append(chart.html());
    html.raw(
        "<p id=\"chosen\" aria-live=\"polite\">Choose a layer in the table or the chart.</p>\n");
    return Part.of("errors", "Error by layer", html.append(table(errors).html()), chart);
  }

  private static String explanation(Run run) {
    String meaning =
        "A layer's own noise is what it makes when it is given what the original's layer is given;"
            + " the rest of its error is inherited from layers before it.";
    return run.errors().stream()
        .filter(error -> error.value().equals(run.firstWrong()))
        .findFirst()
        .map(
            first ->
                "It goes wrong first at %s (%s), whose own noise is %s of the energy of its output. "
                    .formatted(
                        first.label(), first.operators(), Numbers.percent(first.ownNoise())))
        .orElse("")
        .concat(meaning);
  }

  private static Table table(List<LayerError> errors) {
    Table table =
        new Table(
                "Layers of the network beside the original's, in its order",
                Column.text("Layer"),
                Column.text("Operators"),
                Column.number("Own noise, %"),
                Column.number("Inherited, %"),
                Column.number("SQNR, dB"),
                Column.number("Cosine"),
                Column.number("Largest difference"),
                Column.number("Left out"))
            .withChoice();
    for (LayerError error : errors)
      table.row(
          Cell.of(error.label()),
          Cell.of(error.operators()),
          Cell.of(100 * error.ownNoise()),
          Cell.of(100 * error.inheritedNoise()),
          Cell.of(error.sqnrDb()),
          Cell.of(error.cosine(), cosine(error.cosine())),
          Cell.of(error.maxAbsDifference()),
          Cell.of(error.notFinite()));
    return table;
  }

  /** Three digits would make a 1 of every cosine. */
  private static String cosine(double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.6f", value);
  }

  private static String worst(List<LayerError> errors) {
    List<String> told =
        errors.stream()
            .filter(error -> error.ownPercent() > 0)
            .sorted(Comparator.comparingDouble(LayerError::ownPercent).reversed())
            .limit(5)
            .map(error -> error.label() + " " + Numbers.decimal(error.ownPercent()))
            .toList();
    return told.isEmpty() ? "none makes any" : String.join(", ", told);
  }
}
