package dev.halftone.report;

import dev.halftone.report.Run.Preview;
import dev.halftone.report.Run.Sample;
import dev.halftone.report.Run.Samples;
import dev.halftone.report.Table.Cell;
import dev.halftone.report.Table.Column;
import java.util.List;
import java.util.Locale;

/** Samples that the two models see differently. */
final class SamplePart {
  private static final double WAVE_HEIGHT = 40;

  private SamplePart() {}

  static Part of(Run run) {
    Samples samples = run.samples();
    if (samples.worst().isEmpty() && samples.changed().isEmpty()) return Part.EMPTY;
    Html html = new Html();
    if (!samples.worst().isEmpty()) {
      html.raw("<p>Those whose outputs are furthest from the original's, the worst first.</p>\n");
      html.raw("<ul class=\"samples\">\n");
      for (Sample sample : samples.worst()) card(html, sample);
      html.raw("</ul>\n");
    }
    if (!Double.isNaN(samples.changedCount())) changed(html, samples);
    return Part.of("samples", "Samples", html);
  }

  private static void card(Html html, Sample sample) {
    html.raw("<li>");
    preview(html, sample);
    html.raw("<p>Row ").text(Integer.toString(sample.row())).raw("<br>SQNR ");
    html.text(Numbers.decimal(sample.sqnrDb())).raw(" dB");
    if (!sample.reference().isEmpty()) html.raw("<br>original: ").text(sample.reference());
    if (!sample.quantized().isEmpty()) html.raw("<br>this model: ").text(sample.quantized());
    if (!sample.label().isEmpty()) html.raw("<br>right: ").text(sample.label());
    html.raw("</p></li>\n");
  }

  private static void preview(Html html, Sample sample) {
    Preview preview = sample.preview();
    if (!preview.png().isEmpty()) {
      html.raw("<img width=\"%d\" height=\"%d\" ".formatted(preview.width(), preview.height()));
      html.raw("src=\"data:image/png;base64,").text(preview.png());
      html.raw("\" alt=\"Sample %d\">".formatted(sample.row()));
    } else if (!preview.text().isEmpty()) {
      html.raw("<blockquote>").text(preview.text()).raw("</blockquote>");
    } else if (!preview.wave().isEmpty()) {
      wave(html, preview.wave(), sample.row());
    }
  }

  /** Strokes as long as the peaks, about a middle line. */
  private static void wave(Html html, List<Double> peaks, int row) {
    double most = peaks.stream().mapToDouble(Math::abs).max().orElse(0);
    html.raw("<svg class=\"wave\" role=\"img\" viewBox=\"0 0 %d %d\" ".formatted(peaks.size(), 40));
    html.raw("preserveAspectRatio=\"none\" aria-label=\"Sound of sample %d, ".formatted(row));
    html.text("loudest " + Numbers.decimal(most)).raw("\"><path d=\"");
    for (int i = 0; i < peaks.size(); i++) {
      double half = most == 0 ? 0 : Math.abs(peaks.get(i)) / most * (WAVE_HEIGHT / 2 - 1);
      html.raw(
          String.format(
              Locale.ROOT, "M%.1f %.1fV%.1f", i + 0.5, 19.5 - half, WAVE_HEIGHT - 19.5 + half));
    }
    html.raw("\"/></svg>");
  }

  private static void changed(Html html, Samples samples) {
    long count = (long) samples.changedCount();
    html.raw("<p>");
    html.text(
        count == 0
            ? "No answer changed."
            : "%s changed%s."
                .formatted(
                    Numbers.count(count, "answer"),
                    count > samples.changed().size()
                        ? "; the first %d follow".formatted(samples.changed().size())
                        : ""));
    html.raw("</p>\n");
    if (samples.changed().isEmpty()) return;
    Table table =
        new Table(
            "Answers that changed",
            Column.number("Row"),
            Column.text("Original"),
            Column.text("This model"),
            Column.text("Right"),
            Column.number("SQNR, dB"));
    for (Sample sample : samples.changed())
      table.row(
          Cell.of(sample.row()),
          Cell.of(sample.reference()),
          Cell.of(sample.quantized()),
          Cell.of(sample.label()),
          Cell.of(sample.sqnrDb()));
    html.append(table.html());
  }
}
