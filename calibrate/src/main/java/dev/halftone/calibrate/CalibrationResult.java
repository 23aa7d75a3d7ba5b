package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was seen of the values that were asked for.
 *
 * @param statistics by name, in the order asked for; values that do not hold floating-point numbers
 *     are absent
 * @param types by name, of every value that is a tensor and can be read: element type and shape as
 *     the samples had them, an axis being unknown where samples differ in it, and the shape null
 *     where they differ in rank
 */
public record CalibrationResult(Map<String, Statistics> statistics, Map<String, TensorType> types) {
  public CalibrationResult {
    statistics = Collections.unmodifiableMap(new LinkedHashMap<>(statistics));
    types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
  }
}
