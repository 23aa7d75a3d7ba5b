package dev.halftone.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model loaded into ONNX Runtime. Thread-safe; close it to free native memory. Element types that
 * ONNX Runtime's Java binding cannot take as input (unsigned integers above 8 bits, types below 8
 * bits, strings) are refused; outputs of types below 8 bits, strings, sequences and maps are left
 * out.
 */
public final class RunnableModel implements AutoCloseable {
  /**
   * Smaller weights are copied into the model's own bytes: ONNX Runtime looks at their values when
   * it infers shapes.
   */
  private static final long DETACH_FROM = 1024;

  private final OrtSession session;
  private final Resources resources;
  private final Signature signature;
  private final List<String> readable;

  private RunnableModel(Object label, OrtSession session, Resources resources) throws OrtException {
    this.session = session;
    this.resources = resources;
    this.signature =
        new Signature(
            label,
            Signature.values(session.getInputInfo().values()),
            Signature.values(session.getOutputInfo().values()));
    this.readable =
        signature.outputs().stream().filter(Signature::readable).map(ValueInfo::name).toList();
  }

  /**
   * Loads a file as a user of ONNX Runtime would.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses it; the message
   *     has ONNX Runtime's reason in one line
   * @throws java.io.UncheckedIOException if the file is missing or cannot be read
   */
  public static RunnableModel open(Path file, RunOptions options) {
    Sessions.requireReadable(file);
    try (Resources opened = new Resources()) {
      SessionOptions settings = opened.add(Sessions.configure(options));
      OrtSession session = opened.add(Environment.get().createSession(file.toString(), settings));
      return new RunnableModel(file, session, opened.keep());
    } catch (OrtException e) {
      throw Refusal.of(file, e);
    }
  }

  /**
   * Loads a graph in memory with further inner values as outputs. Weights are handed to ONNX
   * Runtime where they lie; it makes one copy of its own, and pages of a mapped file are given back
   * to the system after that.
   *
   * @param taps names of inner values of the top graph to give as outputs too, after the model's
   *     own
   */
  public static RunnableModel open(Model model, Collection<String> taps, RunOptions options) {
    String label =
        model.graph().name().isEmpty() ? "model in memory" : "model " + model.graph().name();
    OnnxWriter.Detached detached =
        OnnxWriter.detach(withTaps(model, taps), DETACH_FROM, ElementTypes::isFeedable);
    try (Resources opened = new Resources()) {
      Feeds weights = opened.add(new Feeds(detached.weights(), Arena.ofShared()));
      SessionOptions settings = opened.add(Sessions.configure(options));
      settings.addExternalInitializers(weights.initializers());
      OrtSession session = opened.add(Environment.get().createSession(detached.model(), settings));
      weights.unload();
      return new RunnableModel(label, session, opened.keep());
    } catch (OrtException e) {
      throw Refusal.of(label, e);
    }
  }

  private static Model withTaps(Model model, Collection<String> taps) {
    List<ValueInfo> outputs = new ArrayList<>(model.graph().outputs());
    Set<String> names = new HashSet<>();
    outputs.forEach(output -> names.add(output.name()));
    for (String tap : taps) if (names.add(tap)) outputs.add(new ValueInfo(tap, null));
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setOutputs(outputs);
    // ONNX Runtime forgets constants that nobody reads, and refuses to be handed one then.
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  /**
   * Inputs that a caller gives, with the types and shapes that ONNX Runtime knows; a scalar's shape
   * counts as unknown.
   */
  public List<ValueInfo> inputs() {
    return signature.inputs();
  }

  /**
   * Outputs, taps included, with the types and shapes that ONNX Runtime inferred; a scalar's shape
   * counts as unknown.
   */
  public List<ValueInfo> outputs() {
    return signature.outputs();
  }

  /**
   * Runs once; outputs that are not readable tensors are left out.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if an input is missing, unknown or of
   *     another type or shape than the model takes, or ONNX Runtime fails at a node
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    return read(inputs, readable);
  }

  /** Runs once for some of the outputs, given in the model's order. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Collection<String> wanted) {
    return read(inputs, signature.select(wanted));
  }

  /**
   * The sample in the floating-point types that this model takes; it may have been made for a model
   * of another precision.
   */
  public Map<String, Tensor> fit(Map<String, Tensor> sample) {
    return FloatCasts.fit(sample, inputs());
  }

  /** Runs in memory that is reused from run to run; nothing named means every readable output. */
  public ReusingRun reusing(Collection<String> wanted) {
    return new ReusingRun(this, wanted.isEmpty() ? readable : signature.select(wanted));
  }

  private Map<String, Tensor> read(Map<String, Tensor> inputs, List<String> wanted) {
    check(inputs);
    if (wanted.isEmpty()) return Map.of();
    try (Feeds feeds = new Feeds(inputs, Arena.ofConfined())) {
      return execute(feeds.tensors(), wanted);
    } catch (OrtException e) {
      throw refusal(e);
    }
  }

  void check(Map<String, Tensor> inputs) {
    signature.check(inputs);
  }

  OrtSession session() {
    return session;
  }

  UnsupportedModelException refusal(OrtException e) {
    return Refusal.of(signature.model(), e);
  }

  UnsupportedModelException refusal(String problem) {
    return new UnsupportedModelException(signature.model(), problem);
  }

  /** Says where a copied output is kept. */
  interface Keeper {
    Tensor keep(String name, Tensor copy) throws OrtException;
  }

  /** Copies of the wanted outputs. */
  Map<String, Tensor> execute(Map<String, OnnxTensor> inputs, Collection<String> wanted)
      throws OrtException {
    return execute(inputs, wanted, (name, copy) -> copy);
  }

  /** The wanted outputs, copied one after the other to where the keeper wants them. */
  Map<String, Tensor> execute(
      Map<String, OnnxTensor> inputs, Collection<String> wanted, Keeper keeper)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs, new LinkedHashSet<>(wanted))) {
      return copies(result, wanted, keeper);
    }
  }

  /** Copies of the wanted outputs, and views of those that have memory in {@code slots}. */
  Map<String, Tensor> execute(Map<String, OnnxTensor> inputs, Set<String> wanted, Slots slots)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs, wanted, slots.outputs())) {
      Map<String, Tensor> outputs = slots.views();
      outputs.putAll(copies(result, wanted, (name, copy) -> copy));
      return outputs;
    }
  }

  private static Map<String, Tensor> copies(
      OrtSession.Result result, Collection<String> wanted, Keeper keeper) throws OrtException {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    for (String name : wanted) {
      Tensor tensor = copy(result.get(name).orElseThrow());
      if (tensor != null) outputs.put(name, keeper.keep(name, tensor));
    }
    return outputs;
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
    resources.close();
  }
}
