package dev.halftone.llm.huggingface;

import dev.halftone.llm.source.RowSource;
import java.util.List;
import java.util.Locale;

/** A model's size for people: {@code 1.3M}, {@code 260K}, {@code 7B}, {@code 8x7B}. */
final class SizeLabel {
  private static final double STEP = 1000;

  private SizeLabel() {}

  /**
   * Values of all tensors, in the largest unit that there is more than one of, thousands at least.
   * Of experts, their number times what one of them has, with all that is no expert's.
   */
  static String of(List<RowSource> tensors, int experts) {
    double scaled = 0;
    for (RowSource tensor : tensors) {
      double values = (double) tensor.info().rows() * tensor.info().columns();
      scaled += tensor.info().name().contains("_exps.") ? values / experts : values;
    }
    return (experts == 0 ? "" : experts + "x") + rounded(scaled / STEP);
  }

  private static String rounded(double thousands) {
    double scaled = thousands;
    String units = "KMBT";
    int unit = 0;
    while (scaled > STEP && unit < units.length() - 1) {
      scaled /= STEP;
      unit++;
    }
    String format = Math.round(scaled) < 10 ? "%.1f%c" : "%.0f%c";
    return String.format(Locale.ROOT, format, scaled, units.charAt(unit));
  }
}
