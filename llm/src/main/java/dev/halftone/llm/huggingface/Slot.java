package dev.halftone.llm.huggingface;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that an architecture has.
 *
 * @param name in the folder
 * @param target name in a GGUF file
 * @param shape as the folder has it: the length of a row last
 * @param heads groups of rows that are turned pair by pair; 0 for none
 * @param shift what is added to every value
 */
record Slot(
    String name, String target, List<Long> shape, boolean required, int heads, float shift) {
  private static final String LAYERS = "model.layers.";

  static Slot of(String name, String target, long... shape) {
    List<Long> dimensions = Arrays.stream(shape).boxed().toList();
    return new Slot(name, target, dimensions, true, 0, 0);
  }

  Slot optional() {
    return new Slot(name, target, shape, false, heads, shift);
  }

  Slot paired(int count) {
    return new Slot(name, target, shape, required, count, shift);
  }

  Slot shifted(float by) {
    return new Slot(name, target, shape, required, heads, by);
  }

  /** Whether it is a matrix that a layer multiplies by. */
  boolean isLayerMatrix() {
    return shape.size() == 2 && name.startsWith(LAYERS);
  }

  /** The same in a layer, of names that begin there. */
  Slot in(int layer) {
    return new Slot(
        "%s%d.%s".formatted(LAYERS, layer, name),
        "blk.%d.%s".formatted(layer, target),
        shape,
        required,
        heads,
        shift);
  }
}
