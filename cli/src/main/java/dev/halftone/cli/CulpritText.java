package dev.halftone.cli;

import dev.halftone.evaluate.Comparison;
import dev.halftone.evaluate.Layer;

/** Who is to blame, in words. */
final class CulpritText {
  private CulpritText() {}

  /** Where the model first goes wrong by itself, or that it does not. */
  static String line(Comparison comparison) {
    return comparison
        .firstWrong()
        .map(
            first ->
                "goes wrong first at %s: %s of the energy of its output is noise that it makes itself"
                    .formatted(named(first), share(first.ownNoise())))
        .orElse(
            "no layer goes wrong by itself: none makes noise of %s of its output's energy or more"
                .formatted(share(Comparison.WRONG_NOISE)));
  }

  /** The layer with its operators. */
  static String named(Layer layer) {
    String operators =
        layer.operators().size() > 1 && layer.operators().size() <= 4
            ? String.join(", ", layer.operators())
            : layer.opType();
    return "%s (%s)".formatted(layer.label(), operators);
  }

  /** Of an energy, in per cent. */
  static String share(double noise) {
    if (Double.isNaN(noise)) return "unknown";
    return noise > 0 ? Text.decimal(100 * noise) + " %" : "none";
  }
}
