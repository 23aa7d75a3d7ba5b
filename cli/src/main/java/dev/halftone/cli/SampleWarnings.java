package dev.halftone.cli;

import dev.halftone.data.DataSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What there is to say about the samples that a model was made and judged by, and the verdict. */
final class SampleWarnings {
  /** For processors without the saturation that this machine's has. */
  static final String FOREIGN =
      "made for another kind of processor: on this one sums of products saturate, which makes it"
          + " worse than on its target";

  private SampleWarnings() {}

  /** What the data itself says, each sentence once. */
  static List<String> ofData(@Nullable DataSet calibration, @Nullable DataSet judged) {
    List<String> warnings = new ArrayList<>();
    if (calibration != null) warnings.addAll(calibration.warnings());
    if (judged != null)
      judged.warnings().stream().filter(w -> !warnings.contains(w)).forEach(warnings::add);
    return warnings;
  }

  /** A sentence where samples served for both. */
  static List<String> ofSharing(@Nullable DataSet calibration, @Nullable DataSet judged) {
    return ofSharing(calibration, judged, "calibrated");
  }

  /**
   * @param used what was done on the others
   */
  static List<String> ofSharing(@Nullable DataSet others, @Nullable DataSet judged, String used) {
    if (others == null || judged == null) return List.of();
    int shared = judged.shared(others);
    if (shared == 0) return List.of();
    return List.of(
        (shared == judged.size()
                ? "judged by the samples that it was %s on".formatted(used)
                : "%s of the %s that it was judged by were %s on too"
                    .formatted(Text.number(shared), Text.count(judged.size(), "sample"), used))
            + "; --eval-rows or --eval-data give an independent figure");
  }

  /** A sentence with advice where hardly anything of the original is left. */
  static List<String> ofMetrics(Map<String, Double> metrics, String advice) {
    double agreement = metrics.getOrDefault("agreement", 1.0);
    double sqnr = metrics.getOrDefault("sqnr_db", Double.POSITIVE_INFINITY);
    if (agreement >= 0.5 && sqnr >= 5) return List.of();
    return List.of(
        "the result does not resemble the original (%s); %s"
            .formatted(
                Double.isFinite(sqnr)
                    ? "SQNR " + Text.decimal(sqnr) + " dB"
                    : "agreement " + Text.percent(agreement),
                advice));
  }
}
