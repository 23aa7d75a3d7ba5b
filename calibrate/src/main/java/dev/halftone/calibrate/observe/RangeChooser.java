package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/** Chooses the range of an activation from what was seen of it. */
public interface RangeChooser {
  /** What has to be observed. */
  Request needs();

  /**
   * The range to lay codes over: contains 0, never exceeds what was observed but for that, and is 0
   * alone when no finite element was seen. The same statistics give the same bits.
   *
   * @throws IllegalArgumentException if the statistics lack what {@link #needs} says
   */
  Range choose(Statistics statistics);
}
