package dev.halftone.report;

import dev.halftone.report.Chart.Bars;
import dev.halftone.report.Run.Histogram;
import dev.halftone.report.Run.LayerError;
import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Who is to blame, in the order of the network. */
final class LayerPart {
  /** Drawn for the layer that is chosen. */
  private static final String HISTOGRAMS =
      """
      <div class="pair">
      <figure><div class="chart" role="img" id="chart-activations" aria-label="What the layer gives, by size"></div>
      <figcaption>What it gives, by size.</figcaption></figure>
      <figure><div class="chart" role="img" id="chart-weights" aria-label="Weights of the layer, by size"></div>
      <figcaption>Its weights, by size.</figcaption></figure>
      </div>
      <details><summary>These histograms in numbers</summary><div class="scroll" tabindex="0" role="region"
      aria-label="Histograms in numbers"><table id="bins"><caption>Elements in each bin</caption></table></div></details>
      """;

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
    html.raw("<div class=\"chosen\"><p id=\"chosen\" aria-live=\"polite\">");
    html.raw("Choose a layer in the table or the chart.</p>");
    if (errors.stream().anyMatch(error -> error.activations() != null)) html.raw(HISTOGRAMS);
    html.raw("</div>\n").append(table(errors).html());
    html.raw("<script type=\"application/json\" id=\"layers\" data-first=\"" + first(run) + "\">");
    html.raw(RunReport.inScript(errors.stream().map(LayerPart::data).toList()));
    return Part.of("errors", "Error by layer", html.raw("</script>\n"), chart);
  }

  /** The row to begin with: the first that goes wrong, else the one that makes most noise. */
  private static int first(Run run) {
    List<LayerError> errors = run.errors();
    for (int i = 0; i < errors.size(); i++)
      if (errors.get(i).value().equals(run.firstWrong())) return i;
    int worst = 0;
    for (int i = 1; i < errors.size(); i++)
      if (errors.get(i).ownPercent() > errors.get(worst).ownPercent()) worst = i;
    return worst;
  }

  private static Map<String, Object> data(LayerError error) {
    Map<String, Object> data = new LinkedHashMap<>();
    if (error.activations() != null) data.put("activations", data(error.activations()));
    if (error.weights() != null) data.put("weights", data(error.weights()));
    return data;
  }

  private static Map<String, Object> data(Histogram histogram) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("from", histogram.from());
    data.put("to", histogram.to());
    data.put("before", histogram.before().stream().map(Double::longValue).toList());
    data.put("after", histogram.after().stream().map(Double::longValue).toList());
    if (!(histogram.step() > 0)) return data;
    data.put("low", histogram.low());
    data.put("high", histogram.high());
    data.put("step", histogram.step());
    data.put("scales", Double.isNaN(histogram.scales()) ? 1 : histogram.scales());
    return data;
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
                    .formatted(first.label(), first.operators(), Numbers.percent(first.ownNoise())))
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
                Column.number("Left out"),
                Column.text("Why, and what to do"))
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
          Cell.of(error.notFinite()),
          Cell.of(why(error)));
    return table;
  }

  private static String why(LayerError error) {
    return error.reasons().stream()
        .map(reason -> title(reason.kind()) + ". " + reason.text())
        .collect(Collectors.joining(" "));
  }

  /** {@code range_outlier} is Range outlier. */
  private static String title(String kind) {
    if (kind.isEmpty()) return "";
    return kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1).replace('_', ' ');
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
