package dev.halftone.runtime;

import dev.halftone.graph.Model;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A model loaded into ONNX Runtime. Thread-safe; close it to free native memory. */
public final class RunnableModel implements AutoCloseable {
  private RunnableModel() {}

  /**
   * Loads a file as a user of ONNX Runtime would.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses it; the message has ONNX Runtime's reason in one line
   */
  public static RunnableModel open(Path file, RunOptions options) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Loads a graph in memory with further inner values as outputs. Weights are handed to ONNX Runtime where they lie, not copied.
   *
   * @param taps names of inner values of the top graph to give as outputs too, after the model's own
   */
  public static RunnableModel open(Model model, Collection<String> taps, RunOptions options) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Inputs that a caller gives, with the types and shapes that ONNX Runtime knows. */
  public List<ValueInfo> inputs() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Outputs, taps included, with the types and shapes that ONNX Runtime inferred. */
  public List<ValueInfo> outputs() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Runs once; outputs that are not tensors are left out. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Runs once for some of the outputs. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Collection<String> wanted) {
    throw new UnsupportedOperationException("skeleton");
  }

  @Override
  public void close() {}
}
