package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Request;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.runtime.FixedBatches;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gathers statistics of values inside a model by running it on samples.
 *
 * <p>The values are made outputs of the graph, which ONNX Runtime then runs as it is written, without rewriting it. Samples are run
 * one by one ({@code threads} of them at the same time, each on one thread of ONNX Runtime), so that what a sample shows does not
 * depend on its neighbours, and statistics merge in any order: neither the number of threads nor the order of samples changes a bit.
 * Where the values of one sample take more than {@value #BYTES_PER_RUN} bytes together they are tapped in several rounds over the
 * samples, so that memory depends neither on how many samples there are nor on how many values.
 */
public final class Calibrator {
  /** Bytes of tapped values that one run of one sample may give. */
  static final long BYTES_PER_RUN = 64L << 20;

  private final Model model;
  private final SampleSource rows;
  private final Set<String> inputs;
  private final Observations observations;
  private final int threads;
  private final Progress progress;
  private final AtomicLong done = new AtomicLong();

  private Calibrator(
      Model model, SampleSource rows, Map<String, Request> requests, int threads, Progress progress) {
    this.model = model;
    this.rows = rows;
    this.inputs = new LinkedHashSet<>(model.graph().requiredInputs().stream().map(ValueInfo::name).toList());
    this.inputs.retainAll(requests.keySet());
    this.observations = new Observations(requests);
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * Observes the named inputs and values of the top graph.
   *
   * <p>A sample is one row of the data; for a model whose inputs are fixed to a larger batch, it is a group of that many rows, the
   * last one filled up with its last row. Rows that carry state from one to the next are run one after the other.
   *
   * @param requests what has to be known, by name of a graph input or of a node's output
   * @param threads samples run at the same time, at least 1
   * @throws IllegalArgumentException if the graph has no value of a name, or the data has no samples
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime cannot run the model or a sample
   * @throws java.util.concurrent.CancellationException if the caller's thread is interrupted
   */
  public static CalibrationResult calibrate(
      Model model, Map<String, Request> requests, DataSet data, int threads, Progress progress) {
    return calibrate(model, requests, data, threads, progress, BYTES_PER_RUN);
  }

  static CalibrationResult calibrate(
      Model model, Map<String, Request> requests, DataSet data, int threads, Progress progress, long bytesPerRun) {
    if (data.size() == 0) throw new IllegalArgumentException("no samples to calibrate on");
    if (threads < 1) throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    List<String> taps = taps(model.graph(), requests.keySet());
    SampleSource samples = new SampleSource(data.size(), data.samples()::get, data.state(), data.starts());
    Calibrator calibrator;
    List<List<String>> groups;
    try (RunnableModel whole = RunnableModel.open(model, taps, RunOptions.asWritten())) {
      calibrator = new Calibrator(model, FixedBatches.of(whole, samples), requests, threads, progress);
      groups = calibrator.groups(whole, taps, bytesPerRun);
      if (groups.size() == 1) calibrator.round(whole, groups.getFirst(), true, 1);
    }
    if (groups.size() > 1) calibrator.rounds(groups);
    return calibrator.observations.result();
  }

  /** The requested values that nodes give, in the order of the graph. */
  private static List<String> taps(Graph graph, Set<String> requested) {
    List<String> taps = new ArrayList<>();
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) if (requested.contains(output)) taps.add(output);
    }
    Set<String> unknown = new LinkedHashSet<>(requested);
    taps.forEach(unknown::remove);
    graph.requiredInputs().forEach(input -> unknown.remove(input.name()));
    if (!unknown.isEmpty()) throw new IllegalArgumentException("the graph computes no value named " + unknown);
    return taps;
  }

  private List<List<String>> groups(RunnableModel whole, List<String> taps, long bytesPerRun) {
    Map<String, ValueInfo> outputs = new HashMap<>();
    whole.outputs().forEach(output -> outputs.put(output.name(), output));
    List<ValueInfo> values = taps.stream().map(tap -> Objects.requireNonNull(outputs.get(tap))).toList();
    return TapGroups.of(TapSizes.of(model, values, whole.inputs(), rows.sample().apply(0)), bytesPerRun);
  }

  private void rounds(List<List<String>> groups) {
    for (int i = 0; i < groups.size(); i++) {
      try (RunnableModel part = RunnableModel.open(cut(groups.get(i)), List.of(), RunOptions.asWritten())) {
        round(part, groups.get(i), i == 0, groups.size());
      }
    }
  }

  /** The model without what neither the taps nor the state need. */
  private Model cut(List<String> taps) {
    Set<String> outputs = new LinkedHashSet<>(taps);
    outputs.addAll(rows.state().values());
    GraphEditor editor = new GraphEditor(model.graph());
    editor.setOutputs(outputs.stream().map(name -> new ValueInfo(name, null)).toList());
    editor.prune();
    return model.withGraph(editor.toGraph());
  }

  private void round(RunnableModel runnable, List<String> taps, boolean withInputs, int rounds) {
    SampleLoop.Listener listener =
        (sample, outputs, workspace) -> {
          if (withInputs) observations.observe(inputs, sample, workspace);
          observations.observe(taps, outputs, workspace);
          progress.step("calibrating", done.incrementAndGet(), (long) rounds * rows.size());
        };
    new SampleLoop(runnable, rows, taps, listener).run(threads);
  }
}
