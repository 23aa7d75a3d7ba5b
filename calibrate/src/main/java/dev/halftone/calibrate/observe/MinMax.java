package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/** The least and greatest finite element seen: nothing is clipped. */
public record MinMax() implements RangeChooser {
  @Override
  public Request needs() {
    return Request.RANGE;
  }

  @Override
  public Range choose(Statistics statistics) {
    return statistics.isEmpty()
        ? Range.ZERO
        : new Range(statistics.values().min(), statistics.values().max());
  }
}
