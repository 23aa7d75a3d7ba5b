package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Request;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.FixedBatches;
import dev.halftone.runtime.NativeMemory;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gathers statistics of values inside a model by running it on samples.
 *
 * <p>ONNX Runtime runs the graph as it is written, without rewriting it. Samples are run one by one
 * ({@code threads} of them at the same time, each on one thread of ONNX Runtime), so that what a
 * sample shows does not depend on its neighbours, and statistics merge in any order: neither the
 * number of threads nor the order of samples changes a bit.
 *
 * <p>Values of which only the range is asked are reduced in ONNX Runtime, in one round over the
 * samples. The others, those in half precision, and those that turn out to hold NaN or infinities,
 * are made outputs of the graph; where these take more than {@value #BYTES_PER_RUN} bytes together
 * for one sample, and more than half of what the weights take, they are taken in several rounds,
 * each of which runs as much of the graph as it needs. So memory depends neither on how many
 * samples there are nor on how many values.
 */
public final class Calibrator {
  /** Bytes of values that one run of one sample may give at least. */
  static final long BYTES_PER_RUN = 128L << 20;

  private final Model model;
  private final SampleSource rows;
  private final Map<String, Request> requests;
  private final Set<String> inputs;
  private final Observations observations;
  private final int threads;
  private final Progress progress;
  private final AtomicLong done = new AtomicLong();

  /** Steps of the rounds begun so far. */
  private long planned;

  private boolean inputsSeen;

  private Calibrator(
      Model model,
      SampleSource rows,
      Map<String, Request> requests,
      int threads,
      Progress progress) {
    this.model = model;
    this.rows = rows;
    this.requests = requests;
    this.inputs = new LinkedHashSet<>(requests.keySet());
    this.inputs.retainAll(model.graph().requiredInputs().stream().map(ValueInfo::name).toList());
    this.observations = new Observations(requests);
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * Observes the named inputs and values of the top graph.
   *
   * <p>A sample is one row of the data; for a model whose inputs are fixed to a larger batch, it is
   * a group of that many rows, the last one filled up with its last row. Rows that carry state from
   * one to the next are run one after the other.
   *
   * @param requests what has to be known, by name of a graph input or of a node's output
   * @param threads samples run at the same time, at least 1
   * @throws IllegalArgumentException if the graph has no value of a name, or the data has no
   *     samples
   * @throws UnsupportedModelException if ONNX Runtime cannot run the model or a sample
   * @throws java.util.concurrent.CancellationException if the caller's thread is interrupted
   */
  public static CalibrationResult calibrate(
      Model model, Map<String, Request> requests, DataSet data, int threads, Progress progress) {
    return calibrate(model, requests, data, threads, progress, bytesPerRun(model));
  }

  private static long bytesPerRun(Model model) {
    long weights = 0;
    for (Tensor weight : model.graph().initializers().values()) weights += weight.byteSize();
    return Math.max(BYTES_PER_RUN, weights / 2);
  }

  static CalibrationResult calibrate(
      Model model,
      Map<String, Request> requests,
      DataSet data,
      int threads,
      Progress progress,
      long bytesPerRun) {
    if (data.size() == 0) throw new IllegalArgumentException("no samples to calibrate on");
    if (threads < 1)
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    List<String> values = values(model.graph(), requests.keySet());
    SampleSource samples =
        new SampleSource(data.size(), data.samples()::get, data.state(), data.starts());
    SampleSource rows = FixedBatches.of(model.graph().requiredInputs(), samples);
    Calibrator calibrator =
        new Calibrator(model, rows, new LinkedHashMap<>(requests), threads, progress);
    calibrator.run(values.isEmpty() ? Map.of() : ValueTypes.of(model, values), bytesPerRun);
    return calibrator.observations.result();
  }

  /** The requested values that nodes give, in the order of the graph. */
  private static List<String> values(Graph graph, Set<String> requested) {
    List<String> values = new ArrayList<>();
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) if (requested.contains(output)) values.add(output);
    }
    Set<String> unknown = new LinkedHashSet<>(requested);
    values.forEach(unknown::remove);
    graph.requiredInputs().forEach(input -> unknown.remove(input.name()));
    if (!unknown.isEmpty())
      throw new IllegalArgumentException("the graph computes no value named " + unknown);
    return values;
  }

  private void run(Map<String, TensorType> types, long bytesPerRun) {
    Map<String, TensorType> reduced = new LinkedHashMap<>();
    Map<String, TensorType> tapped = new LinkedHashMap<>(types);
    types.forEach(
        (name, type) -> {
          boolean rangeAlone = Request.RANGE.equals(requests.get(name));
          if (rangeAlone && Reductions.takes(type.dtype())) reduced.put(name, type);
        });
    Set<String> left = reduced.isEmpty() ? Set.of() : reduce(reduced);
    tapped.keySet().removeIf(name -> reduced.containsKey(name) && !left.contains(name));
    if (!tapped.isEmpty()) tap(tapped, bytesPerRun);
    if (!inputsSeen) round(model, List.of(), (sample, outputs, workspace) -> {});
  }

  /** Reduces the values in ONNX Runtime; returns those that have to be looked at instead. */
  private Set<String> reduce(Map<String, TensorType> types) {
    Reductions reductions =
        new Reductions(model, types, rows.sample().apply(0), rows.state().values());
    try {
      round(
          reductions.model(),
          reductions.outputs(),
          (sample, outputs, workspace) -> reductions.observe(sample, outputs, observations));
    } catch (UnsupportedModelException e) {
      // A reduction of nothing at all, in old operator sets; any other reason will show again
      // without the reductions.
      observations.forget(requests.keySet());
      inputsSeen = false;
      return types.keySet();
    }
    observations.forget(reductions.irregular());
    return reductions.irregular();
  }

  private void tap(Map<String, TensorType> values, long bytesPerRun) {
    List<List<String>> groups =
        TapGroups.of(TapSizes.of(model, values, rows.sample().apply(0)), bytesPerRun);
    for (List<String> group : groups) {
      round(
          cut(group),
          group,
          (sample, outputs, workspace) -> observations.observe(group, outputs, workspace));
    }
  }

  /** The model without what neither the values nor the state need. */
  private Model cut(List<String> values) {
    Set<String> outputs = new LinkedHashSet<>(values);
    outputs.addAll(rows.state().values());
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setOutputs(outputs.stream().map(name -> new ValueInfo(name, null)).toList());
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  /**
   * Shows every sample to the listener, and to the observers of the inputs if they have not seen
   * the samples yet.
   */
  private void round(Model part, List<String> wanted, SampleLoop.Listener listener) {
    boolean withInputs = !inputsSeen;
    planned += rows.size();
    SampleLoop.Listener counting =
        (sample, outputs, workspace) -> {
          if (withInputs) observations.observe(inputs, sample, workspace);
          listener.sample(sample, outputs, workspace);
          progress.step("calibrating", done.incrementAndGet(), planned);
        };
    try (RunnableModel session = RunnableModel.open(part, List.of(), RunOptions.asWritten())) {
      new SampleLoop(session, rows, wanted, counting).run(threads);
    }
    NativeMemory.trim();
    inputsSeen = true;
  }
}
