package dev.halftone.quantize.forms;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.quantize.scope.Rewrite;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Values along an axis, each for {@code size} neighbours, the last for what is left of {@code
 * length}, made as many as there are neighbours:
 *
 * <pre>
 * value[index / size]   Range, Div, Gather
 * </pre>
 *
 * <p>Needs operator set 11. ONNX Runtime computes it once, when it loads the model.
 */
record Repetition(int axis, long length, long size) {

  /** Adds the nodes, and gives the name of what they make of a value. */
  String add(String value, Constant constant, Rewrite rewrite, Emission emission) {
    if (size == 1 || length == 1) return value;
    String repeated = emission.fresh(constant.name() + "_repeated");
    emission.add(
        "",
        "Gather",
        List.of(value, index(constant.owner(), rewrite)),
        List.of(repeated),
        Map.of("axis", new Attribute.OfInt(axis)));
    return repeated;
  }

  /** Which value each of the neighbours has; weights of one graph with the same axis share it. */
  private String index(Graph owner, Rewrite rewrite) {
    return rewrite
        .derived(
            owner, "index / %d below %d".formatted(size, length), () -> newIndex(owner, rewrite))
        .getFirst();
  }

  private List<String> newIndex(Graph owner, Rewrite rewrite) {
    Emission emission = new Emission(rewrite);
    String each =
        emission.addUnnamed(
            "Range",
            emission.fresh("each"),
            number(0, owner, rewrite),
            number(length, owner, rewrite),
            number(1, owner, rewrite));
    String index =
        emission.addUnnamed("Div", emission.fresh("tile"), each, number(size, owner, rewrite));
    emission.addTo(owner);
    return List.of(index);
  }

  private static String number(long value, Graph owner, Rewrite rewrite) {
    return Emission.shared(rewrite, owner, Tensor.ofLongs(new long[] {value}));
  }
}
