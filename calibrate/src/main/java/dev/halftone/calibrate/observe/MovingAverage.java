package dev.halftone.calibrate.observe;

import dev.halftone.scheme.Range;

/**
 * The mean over the samples of the least and of the greatest element of each:
 *
 * <pre>low = (1/n) Σ min(x_i)    high = (1/n) Σ max(x_i)</pre>
 *
 * over the {@code n} samples with a finite element, one row of the data being one sample whatever
 * the batch. An exponential average would depend on the order of the samples; ONNX Runtime's option
 * of this name is this plain mean too, over the batches of one round of its data reader.
 */
public record MovingAverage() implements RangeChooser {
  @Override
  public Request needs() {
    return Request.RANGE;
  }

  @Override
  public Range choose(Statistics statistics) {
    return statistics.isEmpty()
        ? Range.ZERO
        : new Range(statistics.meanLow(), statistics.meanHigh());
  }
}
