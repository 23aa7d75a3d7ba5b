package dev.halftone.evaluate.metric;

import dev.halftone.runtime.Answer;
import java.util.List;
import java.util.Map;

/**
 * Something measured over all samples. The answers' first model is the one that is judged, the
 * second, where there is one, its reference.
 */
public interface Metric {
  /** Takes in one sample; called in the order of the rows, by one thread. */
  void add(Answer answer);

  /** Adds what was measured; no value is NaN or infinite. A warning for what could not be. */
  void report(Map<String, Double> metrics, List<String> warnings);
}
