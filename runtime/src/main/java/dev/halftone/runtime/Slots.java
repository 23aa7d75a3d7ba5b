package dev.halftone.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Memory for inputs of certain shapes and for the outputs that they lead to. */
final class Slots implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Map<String, Pinned> inputs = new LinkedHashMap<>();
  private final Map<String, Pinned> outputs = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> inputHandles = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> outputHandles = new LinkedHashMap<>();
  private boolean hasOutputs;

  Slots(Map<String, Tensor> like) throws OrtException {
    boolean made = false;
    try {
      for (Map.Entry<String, Tensor> input : like.entrySet()) {
        Pinned memory = Pinned.like(input.getValue(), arena);
        inputs.put(input.getKey(), memory);
        inputHandles.put(input.getKey(), memory.handle());
      }
      made = true;
    } finally {
      if (!made) close();
    }
  }

  /** Whether the tensors have the shapes that this was made for. */
  boolean fits(Map<String, Tensor> sample) {
    return sample.keySet().equals(inputs.keySet())
        && sample.entrySet().stream()
            .allMatch(entry -> sameShape(entry.getValue(), pinned(entry.getKey())));
  }

  private Tensor pinned(String input) {
    return Objects.requireNonNull(inputs.get(input)).view();
  }

  private static boolean sameShape(Tensor one, Tensor other) {
    return one.dtype() == other.dtype() && Arrays.equals(one.shape(), other.shape());
  }

  void fill(Map<String, Tensor> sample) {
    inputs.forEach(
        (name, input) -> input.memory().copyFrom(Objects.requireNonNull(sample.get(name)).data()));
  }

  boolean hasOutputs() {
    return hasOutputs;
  }

  /** Makes memory for an output and gives it there; the output itself where its type has none. */
  Tensor pin(String name, Tensor output) throws OrtException {
    if (!ElementTypes.isFeedable(output.dtype())) return output;
    Pinned pinned = Pinned.like(output, arena);
    outputs.put(name, pinned);
    outputHandles.put(name, pinned.handle());
    pinned.memory().copyFrom(output.data());
    return pinned.view();
  }

  /** Says that every output that can have memory here has it. */
  void outputsAreMade() {
    hasOutputs = true;
  }

  /** Adds the names of outputs that no longer fit their memory, and says whether there are any. */
  boolean notice(Map<String, Tensor> fresh, Set<String> unsteady) {
    boolean changed = false;
    for (Map.Entry<String, Pinned> output : outputs.entrySet()) {
      Tensor now = fresh.get(output.getKey());
      if (now == null || !sameShape(now, output.getValue().view()))
        changed |= unsteady.add(output.getKey());
    }
    return changed;
  }

  Map<String, OnnxTensor> inputs() {
    return inputHandles;
  }

  Map<String, OnnxTensor> outputs() {
    return outputHandles;
  }

  /** What outputs hold now. */
  Map<String, Tensor> views() {
    Map<String, Tensor> views = new LinkedHashMap<>();
    outputs.forEach((name, output) -> views.put(name, output.view()));
    return views;
  }

  /** Those of the wanted outputs that have no memory here. */
  Set<String> free(Collection<String> wanted) {
    Set<String> free = new LinkedHashSet<>(wanted);
    free.removeAll(outputs.keySet());
    return free;
  }

  @Override
  public void close() {
    inputs.values().forEach(Pinned::close);
    outputs.values().forEach(Pinned::close);
    arena.close();
  }
}
