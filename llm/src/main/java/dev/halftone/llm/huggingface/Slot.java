package dev.halftone.llm.huggingface;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor that an architecture has.
 *
 * @param name in the folder
 * @param target name in a GGUF file
 * @param shape as the folder has it: the length of a row last
 * @param heads groups of rows that are turned pair by pair; 0 for none
 * @param shift what is added to every value
 * @param experts that have such a tensor each, which become one; 0 if it is one. The name has
 *     {@value #NUMBER} where the number of an expert stands
 */
record Slot(
    String name,
    String target,
    List<Long> shape,
    boolean required,
    int heads,
    float shift,
    int experts) {
  static final String NUMBER = "*";

  private static final String LAYERS = "model.layers.";
  private static final String ROUTER = "ffn_gate_inp.weight";

  static Slot of(String name, String target, long... shape) {
    List<Long> dimensions = Arrays.stream(shape).boxed().toList();
    return new Slot(name, target, dimensions, true, 0, 0, 0);
  }

  Slot optional() {
    return new Slot(name, target, shape, false, heads, shift, experts);
  }

  Slot paired(int count) {
    return new Slot(name, target, shape, required, count, shift, experts);
  }

  Slot shifted(float by) {
    return new Slot(name, target, shape, required, heads, by, experts);
  }

  Slot of(int count) {
    return new Slot(name, target, shape, required, heads, shift, count);
  }

  /** Names of all tensors in the folder. */
  List<String> names() {
    if (experts == 0) return List.of(name);
    return IntStream.range(0, experts)
        .mapToObj(expert -> name.replace(NUMBER, Integer.toString(expert)))
        .toList();
  }

  /** Whether it chooses experts: readers want it in float. */
  boolean isRouter() {
    return target.endsWith(ROUTER);
  }

  /** Whether it is a matrix that a layer multiplies by, and not one that chooses experts. */
  boolean isLayerMatrix() {
    return shape.size() == 2 && name.startsWith(LAYERS) && !isRouter();
  }

  /** The same in a layer, of names that begin there. */
  Slot in(int layer) {
    return new Slot(
        "%s%d.%s".formatted(LAYERS, layer, name),
        "blk.%d.%s".formatted(layer, target),
        shape,
        required,
        heads,
        shift,
        experts);
  }
}
