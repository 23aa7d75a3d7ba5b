package dev.halftone.quantize.fold;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Folds a per-channel affine step {@code y = x * scale[c] + shift[c]} into the linear operator
 * before it: weights of output channel {@code c} times {@code scale[c]}, bias {@code b[c] *
 * scale[c] + shift[c]}, computed in double precision and rounded once. The step may be a
 * BatchNormalization (ONNX operators, BatchNormalization-15: {@code scale = gamma / sqrt(var +
 * epsilon)}, {@code shift = beta - mean * scale}), or an Add or Mul with a constant. The linear
 * operator takes over the step's output name.
 */
final class AffineFolding {
  private AffineFolding() {}

  static Model fold(Model model) {
    Model folded = model;
    for (Model next = foldOnce(folded); next != folded; next = foldOnce(folded)) folded = next;
    return folded;
  }

  /**
   * Folds every step that directly follows a linear operator; the model itself when there is none.
   */
  private static Model foldOnce(Model model) {
    GraphIndex index = new GraphIndex(model.graph());
    GraphEditor editor = new GraphEditor(model.graph());
    boolean changed = false;
    for (Node step : model.graph().nodes()) {
      Node linear = linearBefore(step, index);
      // A node that took over an output in this round is no longer the node of the index.
      if (linear == null || !editor.contains(linear)) continue;
      LinearOperator operator = LinearOperator.of(linear, index);
      if (operator == null) continue;
      ChannelAffine affine = ChannelAffine.of(step, linear.output(0), operator, index);
      if (affine == null) continue;
      apply(editor, linear, operator, step, affine);
      changed = true;
    }
    if (!changed) return model;
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  private static @Nullable Node linearBefore(Node step, GraphIndex index) {
    if (!step.is("BatchNormalization") && !step.is("Add") && !step.is("Mul")) return null;
    for (String input : step.inputs()) {
      Node producer = index.producer(input);
      if (producer != null
          && index.onlyConsumer(input) == step
          && LinearOperator.isLinear(producer)) return producer;
    }
    return null;
  }

  private static void apply(
      GraphEditor editor, Node linear, LinearOperator operator, Node step, ChannelAffine affine) {
    List<String> inputs = new ArrayList<>(linear.inputs());
    if (!affine.isShiftOnly()) {
      inputs.set(1, editor.freshName(operator.weightName()));
      editor.addInitializer(inputs.get(1), operator.scaledWeight(affine.scale()));
    }
    while (inputs.size() < 3) inputs.add("");
    String wish = operator.biasName().isEmpty() ? linear.output(0) + "_bias" : operator.biasName();
    inputs.set(2, editor.freshName(wish));
    editor.addInitializer(inputs.get(2), bias(operator, affine));
    Node merged = linear.withInputs(inputs).withOutputs(List.of(step.output(0)));
    if (linear.is("Gemm")) merged = merged.withAttribute("beta", new Attribute.OfFloat(1f));
    editor.remove(step);
    editor.replace(linear, merged);
  }

  private static Tensor bias(LinearOperator operator, ChannelAffine affine) {
    double[] old = operator.bias();
    float[] values = new float[old.length];
    for (int c = 0; c < values.length; c++)
      values[c] = (float) (old[c] * affine.scale()[c] + affine.shift()[c]);
    return LinearOperator.cast(values, operator.weight().dtype(), values.length);
  }

  /** Only these types are folded: a bias is computed in double and rounded once to them. */
  static boolean foldable(DType dtype) {
    return dtype == DType.FLOAT32 || dtype == DType.FLOAT16;
  }
}
