package dev.halftone.evaluate;

import java.util.List;

/**
 * The samples on which two models differ most.
 *
 * @param worst those whose outputs have the lowest signal-to-noise ratio, the lowest first; none
 *     that are answered exactly alike
 * @param changed those that another class is chosen for, by row; the first of them
 * @param changedCount how many there are
 */
public record SampleAnswers(
    List<SampleAnswer> worst, List<SampleAnswer> changed, long changedCount) {
  /** Of a model alone. */
  public static final SampleAnswers NONE = new SampleAnswers(List.of(), List.of(), 0);

  public SampleAnswers {
    worst = List.copyOf(worst);
    changed = List.copyOf(changed);
  }
}
