package dev.halftone.runtime;

import ai.onnxruntime.OrtException;
import dev.halftone.tensor.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs one model again and again in the same memory, so that large outputs make no garbage. Outputs
 * whose shape changes while the inputs' shapes do not, and outputs of types that cannot be fed, are
 * copied as {@link RunnableModel#run} does. For one thread at a time; close it before its model.
 */
public final class ReusingRun implements AutoCloseable {
  private final RunnableModel model;
  private final List<String> wanted;

  /** Outputs seen with two shapes for the same input shapes. */
  private final Set<String> unsteady = new HashSet<>();

  private @Nullable Slots slots;

  ReusingRun(RunnableModel model, List<String> wanted) {
    this.model = model;
    this.wanted = List.copyOf(wanted);
  }

  /**
   * Runs once. The tensors hold until the next run or {@link #close()}; copy what is to stay.
   *
   * @throws dev.halftone.graph.UnsupportedModelException as {@link RunnableModel#run}
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    model.check(inputs);
    if (wanted.isEmpty()) return Map.of();
    try {
      Slots current = slotsFor(inputs);
      current.fill(inputs);
      Map<String, Tensor> outputs = current.hasOutputs() ? rerun(current, inputs) : learn(current);
      return inOrder(outputs);
    } catch (OrtException e) {
      throw model.refusal(e);
    }
  }

  /**
   * Runs once more on the inputs of the last {@link #run}, without looking at the outputs: what is
   * left is ONNX Runtime's own time.
   *
   * @throws IllegalStateException if nothing was run before
   */
  public void repeat() {
    Slots current = slots;
    if (current == null) throw new IllegalStateException("nothing was run before");
    try {
      model.session().run(current.inputs(), current.free(wanted), current.outputs()).close();
    } catch (OrtException e) {
      throw model.refusal(e);
    }
  }

  private Slots slotsFor(Map<String, Tensor> inputs) throws OrtException {
    Slots current = slots;
    if (current != null && current.fits(inputs)) return current;
    close();
    Slots made = new Slots(inputs);
    slots = made;
    return made;
  }

  private Map<String, Tensor> learn(Slots current) throws OrtException {
    Map<String, Tensor> outputs =
        model.execute(
            current.inputs(),
            wanted,
            (name, copy) -> unsteady.contains(name) ? copy : current.pin(name, copy));
    current.outputsAreMade();
    return outputs;
  }

  private Map<String, Tensor> rerun(Slots current, Map<String, Tensor> inputs) throws OrtException {
    try {
      return model.execute(current.inputs(), current.free(wanted), current);
    } catch (OrtException e) {
      // An output may have got another shape than its memory. Without pinned memory a real failure
      // fails again.
      Map<String, Tensor> outputs = model.execute(current.inputs(), wanted);
      if (!current.notice(outputs, unsteady)) throw e;
      close();
      slotsFor(inputs);
      return outputs;
    }
  }

  private Map<String, Tensor> inOrder(Map<String, Tensor> outputs) {
    Map<String, Tensor> sorted = new LinkedHashMap<>();
    for (String name : wanted) {
      Tensor output = outputs.get(name);
      if (output != null) sorted.put(name, output);
    }
    return sorted;
  }

  @Override
  public void close() {
    if (slots != null) slots.close();
    slots = null;
  }
}
