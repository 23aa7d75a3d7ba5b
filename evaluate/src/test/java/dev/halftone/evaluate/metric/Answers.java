package dev.halftone.evaluate.metric;

import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Answers made by hand, and what a metric makes of them. */
final class Answers {
  private Answers() {}

  static Answer answer(int row, Tensor... outputs) {
    return new Answer(
        row, Map.of(), Arrays.stream(outputs).map(output -> Map.of("y", output)).toList());
  }

  static Tensor row(float... values) {
    return Tensor.ofFloats(values, 1, values.length);
  }

  static Map<String, Double> report(Metric metric) {
    Map<String, Double> metrics = new TreeMap<>();
    metric.report(metrics, new ArrayList<>());
    return metrics;
  }

  static List<String> warnings(Metric metric) {
    List<String> warnings = new ArrayList<>();
    metric.report(new TreeMap<>(), warnings);
    return warnings;
  }
}
