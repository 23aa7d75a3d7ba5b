package dev.halftone.toolkit;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lines of a sweep as plain values. */
final class SweepFields {
  private SweepFields() {}

  static Map<String, Object> of(SweepResult result) {
    return switch (result) {
      case SweepResult.Refused(SweepEntry entry, String reason) ->
          Map.of("format", entry.text(), "reason", reason);
      case SweepResult.Done done -> {
        SortedMap<String, Object> fields = of(done.entry(), done.recipe(), done.metrics());
        fields.put("execution", done.execution());
        fields.put("warnings", done.warnings());
        yield fields;
      }
    };
  }

  static Map<String, Object> of(MatrixResult result) {
    SortedMap<String, Object> fields = of(result.entry(), result.recipe(), result.metrics());
    fields.put("matrices", result.matrices().stream().map(SweepFields::of).toList());
    return fields;
  }

  private static Map<String, Object> of(MatrixResult.Matrix matrix) {
    return Map.of(
        "name", matrix.name(),
        "bits_per_weight", matrix.bitsPerWeight(),
        "weight_sqnr_db", matrix.sqnrDb());
  }

  private static SortedMap<String, Object> of(
      SweepEntry entry, ResolvedRecipe recipe, SortedMap<String, Double> metrics) {
    SortedMap<String, Object> fields = new TreeMap<>();
    fields.put("format", entry.text());
    fields.put("recipe", RunRecord.fields(recipe));
    fields.put("metrics", metrics);
    return fields;
  }
}
