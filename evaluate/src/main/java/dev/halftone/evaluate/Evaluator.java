package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.data.Task;
import dev.halftone.evaluate.metric.Metric;
import dev.halftone.evaluate.metric.MetricKinds;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.WeightFiles;
import dev.halftone.runtime.Answer;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleRunner;
import dev.halftone.runtime.SampleSource;
import dev.halftone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Judges a model by data, alone or beside the model that it was made from. */
public final class Evaluator {
  /**
   * Above this a run takes far longer than the call, so that batches gain little, and finding out
   * whether they change the answers would cost two runs for each of the first samples.
   */
  private static final long BATCHED_BYTES = 64L << 20;

  private final Path model;
  private final @Nullable Path reference;
  private final @Nullable Baseline baseline;
  private final DataSet data;
  private final EvaluateOptions options;
  private final SortedMap<String, Double> metrics = new TreeMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final AnswerLog log;

  private Evaluator(
      Path model,
      @Nullable Path reference,
      @Nullable Baseline baseline,
      DataSet data,
      EvaluateOptions options) {
    this.model = model;
    this.reference = reference;
    this.baseline = baseline;
    this.data = data;
    this.options = options;
    this.log = new AnswerLog(data);
  }

  /**
   * Runs the file, and the reference when there is one, on every sample. What is reported is
   * described by {@link MetricNames}. Each sample is run by one ONNX Runtime thread, so the metrics
   * (latency aside) do not depend on the number of threads.
   *
   * @throws UnsupportedModelException if ONNX Runtime refuses a model, or the two differ in their
   *     inputs
   * @throws dev.halftone.graph.MalformedDataException if a sample or label cannot be used
   * @throws java.io.UncheckedIOException if a file is missing or cannot be read
   */
  public static Evaluation evaluate(
      Path model, @Nullable Path reference, DataSet data, EvaluateOptions options) {
    return new Evaluator(model, reference, null, data, options).evaluate();
  }

  /**
   * As {@link #evaluate(Path, Path, DataSet, EvaluateOptions)} beside a reference that has answered
   * already: its samples, and what it said to them, are taken from the baseline.
   */
  public static Evaluation evaluate(Path model, Baseline baseline, EvaluateOptions options) {
    return new Evaluator(model, baseline.file(), baseline, baseline.data(), options).evaluate();
  }

  private Evaluation evaluate() {
    List<RunnableModel> open = new ArrayList<>();
    try {
      addSizes();
      RunOptions oneThread = options.deployment().withThreads(1);
      for (Path file : baseline == null ? files() : List.of(model))
        open.add(RunnableModel.open(file, oneThread));
      List<RunnableModel> models = new ArrayList<>(open);
      if (baseline != null) models.add(baseline.model());
      if (models.size() == 2) requireSameInputs(models.get(0), models.get(1));
      judge(open);
      if (options.latency() && data.size() > 0) measureLatency(models);
      return new Evaluation(metrics, warnings, log.answers());
    } finally {
      open.forEach(RunnableModel::close);
    }
  }

  /** The model first, then the reference. */
  private List<Path> files() {
    return reference == null ? List.of(model) : List.of(model, reference);
  }

  private void addSizes() {
    double bytes = WeightFiles.totalBytes(model);
    if (reference == null) {
      metrics.put("bytes", bytes);
      return;
    }
    double before = WeightFiles.totalBytes(reference);
    metrics.put("bytes.quantized", bytes);
    metrics.put("bytes.reference", before);
    metrics.put("size.ratio", bytes / before);
  }

  private void requireSameInputs(RunnableModel one, RunnableModel other) {
    List<String> found = one.inputs().stream().map(ValueInfo::name).sorted().toList();
    List<String> expected = other.inputs().stream().map(ValueInfo::name).sorted().toList();
    if (!found.equals(expected)) {
      throw new UnsupportedModelException(
          model,
          "its inputs are %s, those of the reference %s are %s"
              .formatted(found, reference, expected));
    }
  }

  private void judge(List<RunnableModel> models) {
    List<Metric> judges = MetricKinds.start(data, reference != null);
    if (judges.isEmpty()) {
      warnings.add("neither labels for this task nor a reference: nothing to judge the outputs by");
      return;
    }
    if (data.targets() == null && wantsTargets())
      warnings.add("no labels: outputs are only compared with the reference");
    new SampleRunner(models, source(data), mostRows(files()))
        .run(
            options.threads(),
            answer -> {
              Answer complete = baseline == null ? answer : baseline.beside(answer);
              for (Metric judge : judges) judge.add(complete);
              if (complete.outputs().size() == 2) log.add(complete);
              options.progress().step("evaluate", answer.row() + 1L, data.size());
            });
    for (Metric judge : judges) judge.report(metrics, warnings);
  }

  /** By the larger file, so that it does not depend on the time that a run takes. */
  static int mostRows(List<Path> files) {
    long bytes = files.stream().mapToLong(WeightFiles::totalBytes).max().orElse(0);
    return bytes > BATCHED_BYTES ? 1 : SampleRunner.MOST_ROWS;
  }

  private boolean wantsTargets() {
    return switch (data.task()) {
      case Task.Classify classify -> true;
      case Task.Detect detect -> true;
      case Task.Anomaly anomaly -> true;
      case Task.Sequence sequence -> false;
      case Task.CompareOnly compareOnly -> false;
    };
  }

  static SampleSource source(DataSet data) {
    return new SampleSource(data.size(), data.samples()::get, data.state(), data.starts());
  }

  private void measureLatency(List<RunnableModel> oneThread) {
    options.progress().step("latency", 0, 1);
    if (options.deployment().threads() == 1) {
      latency(oneThread);
    } else {
      List<RunnableModel> open = new ArrayList<>();
      try {
        for (Path file : files()) open.add(RunnableModel.open(file, options.deployment()));
        latency(open);
      } finally {
        open.forEach(RunnableModel::close);
      }
    }
    options.progress().step("latency", 1, 1);
  }

  private void latency(List<RunnableModel> models) {
    List<Map<String, Tensor>> samples =
        models.stream().map(each -> each.fit(data.samples().get(0))).toList();
    if (models.size() == 1) {
      Latency.measure(models.get(0), samples.get(0), metrics);
      return;
    }
    Latency.compare(models.get(1), samples.get(1), models.get(0), samples.get(0), metrics);
  }
}
