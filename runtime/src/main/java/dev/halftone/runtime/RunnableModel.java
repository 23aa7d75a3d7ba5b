package dev.halftone.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.halftone.graph.Model;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model loaded into ONNX Runtime. Thread-safe; close it to free native memory. Element types that ONNX Runtime's Java binding cannot
 * take as input (unsigned integers above 8 bits, types below 8 bits, strings) are refused; outputs of types below 8 bits, strings,
 * sequences and maps are left out.
 */
public final class RunnableModel implements AutoCloseable {
  private final OrtSession session;
  private final SessionOptions settings;
  private final @Nullable Feeds weights;
  private final Signature signature;
  private final List<String> readable;

  private RunnableModel(Object label, OrtSession session, SessionOptions settings, @Nullable Feeds weights) throws OrtException {
    this.session = session;
    this.settings = settings;
    this.weights = weights;
    this.signature =
        new Signature(
            label,
            Signature.values(session.getInputInfo().values()),
            Signature.values(session.getOutputInfo().values()));
    this.readable = signature.outputs().stream().filter(Signature::readable).map(ValueInfo::name).toList();
  }

  /**
   * Loads a file as a user of ONNX Runtime would.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses it; the message has ONNX Runtime's reason in one line
   * @throws java.io.UncheckedIOException if the file is missing or cannot be read
   */
  public static RunnableModel open(Path file, RunOptions options) {
    Sessions.requireReadable(file);
    try {
      SessionOptions settings = Sessions.configure(options);
      return new RunnableModel(file, Environment.get().createSession(file.toString(), settings), settings, null);
    } catch (OrtException e) {
      throw Refusal.of(file, e);
    }
  }

  /**
   * Loads a graph in memory with further inner values as outputs. Weights are handed to ONNX Runtime where they lie, not copied.
   *
   * @param taps names of inner values of the top graph to give as outputs too, after the model's own
   */
  public static RunnableModel open(Model model, Collection<String> taps, RunOptions options) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Inputs that a caller gives, with the types and shapes that ONNX Runtime knows; a scalar's shape counts as unknown. */
  public List<ValueInfo> inputs() {
    return signature.inputs();
  }

  /** Outputs, taps included, with the types and shapes that ONNX Runtime inferred; a scalar's shape counts as unknown. */
  public List<ValueInfo> outputs() {
    return signature.outputs();
  }

  /**
   * Runs once; outputs that are not readable tensors are left out.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if an input is missing, unknown or of another type or shape than the model
   *     takes, or ONNX Runtime fails at a node
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    return read(inputs, readable);
  }

  /** Runs once for some of the outputs, given in the model's order. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Collection<String> wanted) {
    return read(inputs, signature.select(wanted));
  }

  private Map<String, Tensor> read(Map<String, Tensor> inputs, List<String> wanted) {
    if (wanted.isEmpty()) return Map.of();
    signature.check(inputs);
    try (Feeds feeds = new Feeds(inputs, Arena.ofConfined());
        OrtSession.Result result = session.run(feeds.tensors(), new LinkedHashSet<>(wanted))) {
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        Tensor tensor = copy(output.getValue());
        if (tensor != null) outputs.put(output.getKey(), tensor);
      }
      return outputs;
    } catch (OrtException e) {
      throw Refusal.of(signature.model(), e);
    }
  }

  private static @Nullable Tensor copy(OnnxValue value) {
    if (!(value instanceof OnnxTensor tensor)) return null;
    DType dtype = ElementTypes.of(tensor.getInfo());
    if (dtype == null || !ElementTypes.readable(dtype)) return null;
    byte[] bytes = tensor.getByteBuffer().array();
    return Tensor.of(dtype, tensor.getInfo().getShape(), MemorySegment.ofArray(bytes));
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      settings.close();
      if (weights != null) weights.close();
    }
  }
}
