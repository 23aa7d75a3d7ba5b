package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Model;
import dev.halftone.graph.edit.GraphEditor;

/** Names that no value of a model has. */
final class FloatNames {
  private final GraphEditor editor;

  FloatNames(Model model) {
    this.editor = new GraphEditor(model.graph());
  }

  String fresh(String wish) {
    return editor.freshName(wish);
  }
}
