package dev.halftone.quantize.fold;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns {@code Constant} nodes into initializers, and initializers that double as inputs into
 * constants.
 */
public final class ConstantNodes {
  /** From this version on an initializer need not be listed as an input. */
  private static final long IR_WITHOUT_INITIALIZERS_AS_INPUTS = 4;

  private ConstantNodes() {}

  static Model toInitializers(Model model) {
    GraphEditor editor = new GraphEditor(model.graph());
    for (Node node : model.graph().nodes()) {
      Tensor value = node.is("Constant") ? value(node) : null;
      if (value == null || editor.isOutput(node.output(0))) continue;
      editor.remove(node);
      editor.addInitializer(node.output(0), value);
    }
    editor.setInputs(model.graph().requiredInputs());
    return model
        .withGraph(editor.toGraph())
        .withIrVersion(Math.max(model.irVersion(), IR_WITHOUT_INITIALIZERS_AS_INPUTS));
  }

  /**
   * The tensor that a Constant node gives; null for strings and sparse tensors. ONNX operators,
   * Constant-13.
   */
  public static @Nullable Tensor value(Node node) {
    for (Attribute attribute : node.attributes().values()) {
      switch (attribute) {
        case Attribute.OfTensor(Tensor value) -> {
          return value;
        }
        case Attribute.OfFloat(float value) -> {
          return Tensor.scalar(value);
        }
        case Attribute.OfInt(long value) -> {
          return Tensor.ofLongs(new long[] {value});
        }
        case Attribute.OfInts(List<Long> values) -> {
          return Tensor.ofLongs(
              values.stream().mapToLong(Long::longValue).toArray(), values.size());
        }
        case Attribute.OfFloats(List<Float> values) -> {
          float[] floats = new float[values.size()];
          for (int i = 0; i < floats.length; i++) floats[i] = values.get(i);
          return Tensor.ofFloats(floats, floats.length);
        }
        case Attribute.OfString ignored -> {}
        case Attribute.OfStrings ignored -> {}
        case Attribute.OfGraph ignored -> {}
        case Attribute.OfGraphs ignored -> {}
        case Attribute.OfReference ignored -> {}
        case Attribute.OfOpaque ignored -> {}
      }
    }
    return null;
  }
}
