package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.graph.TensorType;
import java.util.Map;

/**
 * What calibration saw.
 *
 * @param statistics by value
 * @param types element type and shape of each value in the first sample
 */
public record CalibrationResult(Map<String, Statistics> statistics, Map<String, TensorType> types) {
  public CalibrationResult {
    statistics = Map.copyOf(statistics);
    types = Map.copyOf(types);
  }
}
