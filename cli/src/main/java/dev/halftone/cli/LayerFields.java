package dev.halftone.cli;

import dev.halftone.evaluate.Layer;
import java.util.Map;
import java.util.TreeMap;

/** How far a value of the network is from the reference's, as JSON has it. */
final class LayerFields {
  private LayerFields() {}

  static Map<String, Object> of(Layer layer) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("name", layer.node());
    fields.put("op", layer.opType());
    fields.put("value", layer.value());
    fields.put("counterpart", layer.counterpart());
    fields.put("sqnr_db", layer.sqnrDb());
    fields.put("cosine", layer.cosine());
    fields.put("max_abs_difference", layer.maxAbsDifference());
    // JSON has no infinity.
    fields.put("added_noise", Math.min(layer.addedNoise(), Double.MAX_VALUE));
    fields.put("not_finite", layer.notFinite());
    return fields;
  }
}
