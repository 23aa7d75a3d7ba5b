package dev.halftone.quantize.forms;

import dev.halftone.graph.Graph;
import dev.halftone.quantize.scope.Rewrite;
import java.util.List;
import java.util.Map;

/**
 * A value as UINT8, its scale and zero point found at run time by {@code DynamicQuantizeLinear}
 * (ONNX operators, DynamicQuantizeLinear-11). One node serves all readers of the value in a graph.
 */
record IntegerInput(String codes, String scale, String zeroPoint) {

  static IntegerInput of(String value, Graph graph, Rewrite rewrite) {
    List<String> names =
        rewrite.derived(
            graph,
            value,
            () -> {
              Emission emission = new Emission(rewrite);
              List<String> outputs =
                  List.of(
                      emission.fresh(value + "_quantized"),
                      emission.fresh(value + "_scale"),
                      emission.fresh(value + "_zero_point"));
              emission.add("", "DynamicQuantizeLinear", List.of(value), outputs, Map.of());
              emission.addTo(graph);
              return outputs;
            });
    return new IntegerInput(names.get(0), names.get(1), names.get(2));
  }
}
