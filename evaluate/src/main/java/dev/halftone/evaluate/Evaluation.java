package dev.halftone.evaluate;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was measured.
 *
 * @param metrics flat names to numbers; with a reference {@code top1.reference}, {@code
 *     top1.quantized}, {@code agreement}, {@code sqnr_db}, {@code latency_ms.reference}, {@code
 *     size.ratio}, {@code speedup} …, without one the plain {@code top1} …
 * @param warnings in plain words, for the user
 * @param answers where the model and its reference differ most
 */
public record Evaluation(
    SortedMap<String, Double> metrics, List<String> warnings, SampleAnswers answers) {
  public Evaluation {
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    warnings = List.copyOf(warnings);
  }

  /** Of a model alone. */
  public Evaluation(SortedMap<String, Double> metrics, List<String> warnings) {
    this(metrics, warnings, SampleAnswers.NONE);
  }
}
