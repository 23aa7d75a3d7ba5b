package dev.halftone.toolkit;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What became of one entry of a sweep. */
public sealed interface SweepResult {
  SweepEntry entry();

  /**
   * It was done and judged.
   *
   * @param execution how ONNX Runtime runs it, most frequent first: operators on codes by name with
   *     their number ({@code QLinearConv x26}), {@code decoded at load}, {@code decoded every run}
   * @param metrics flat names to numbers: {@code bits_per_weight}, {@code weight_sqnr_db} and
   *     {@code weight_sqnr_db.least} of the weights that were quantized, {@code weights.quantized}
   *     (their share of all weights, 0 to 1), {@code size.ratio}, and those of an {@link
   *     dev.halftone.evaluate.Evaluation} beside the original
   */
  record Done(
      SweepEntry entry,
      ResolvedRecipe recipe,
      List<String> execution,
      SortedMap<String, Double> metrics,
      List<String> warnings)
      implements SweepResult {
    public Done {
      execution = List.copyOf(execution);
      metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
      warnings = List.copyOf(warnings);
    }
  }

  /** It cannot be done for this model. */
  record Refused(SweepEntry entry, String reason) implements SweepResult {}
}
