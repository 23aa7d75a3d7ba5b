package dev.halftone.cli;

import dev.halftone.evaluate.Comparison;
import dev.halftone.evaluate.Layer;
import dev.halftone.evaluate.Reason;
import dev.halftone.evaluate.Spread;
import dev.halftone.evaluate.Spread.Steps;
import dev.halftone.toolkit.RunRecord;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How far a value of the network is from the reference's, as JSON has it. */
final class LayerFields {
  private LayerFields() {}

  /** What a comparison found, in a section for its layers and one for the first that is wrong. */
  static void add(Comparison comparison, String section, RunRecord.Builder record) {
    record.section(section, comparison.layers().stream().map(LayerFields::of).toList());
    comparison.firstWrong().ifPresent(first -> record.section("first_wrong", first.value()));
  }

  private static Map<String, Object> of(Layer layer) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("name", layer.node());
    fields.put("op", layer.opType());
    fields.put("value", layer.value());
    fields.put("counterpart", layer.counterpart());
    fields.put("sqnr_db", layer.sqnrDb());
    fields.put("cosine", layer.cosine());
    fields.put("max_abs_difference", layer.maxAbsDifference());
    noise(fields, "own_noise", layer.ownNoise());
    noise(fields, "inherited_noise", layer.inheritedNoise());
    if (layer.operators().size() > 1) fields.put("operators", layer.operators());
    fields.put("not_finite", layer.notFinite());
    fields.put("activation_histogram", histogram(layer.activations()));
    if (layer.weights() != null) fields.put("weight_histogram", histogram(layer.weights()));
    if (!layer.reasons().isEmpty())
      fields.put("reasons", layer.reasons().stream().map(r -> reason(r, layer)).toList());
    return fields;
  }

  private static Map<String, Object> histogram(Spread spread) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("from", spread.from());
    fields.put("to", spread.to());
    fields.put("before", spread.before());
    fields.put("after", spread.after());
    Steps steps = spread.steps();
    if (steps == null) return fields;
    fields.put("low", steps.low());
    fields.put("high", steps.high());
    fields.put("step", steps.width());
    fields.put("scales", steps.grids());
    return fields;
  }

  private static Map<String, Object> reason(Reason reason, Layer layer) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("kind", reason.kind().name().toLowerCase(Locale.ROOT));
    fields.put("of", reason.part().name().toLowerCase(Locale.ROOT));
    fields.put("observed", reason.observed());
    fields.put("text", ReasonText.of(reason, layer));
    return fields;
  }

  /** JSON has no infinity; NaN is what is not known. */
  private static void noise(Map<String, Object> fields, String name, double noise) {
    if (!Double.isNaN(noise)) fields.put(name, Math.min(noise, Double.MAX_VALUE));
  }
}
