package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.metric.Metric;
import dev.halftone.evaluate.metric.MetricKinds;
import dev.halftone.onnx.WeightFiles;
import dev.halftone.runtime.Answer;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.runtime.SampleRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model that has answered all samples once, so that many others can be judged beside it: see
 * {@link Evaluator#evaluate(Path, Baseline, EvaluateOptions)}. Its answers are kept in a temporary
 * file, and the model stays loaded; closing it frees both.
 */
public final class Baseline implements AutoCloseable {
  private final Path file;
  private final DataSet data;
  private final RunnableModel model;
  private final AnswerFile answers;
  private final Evaluation evaluation;

  private Baseline(
      Path file, DataSet data, RunnableModel model, AnswerFile answers, Evaluation evaluation) {
    this.file = file;
    this.data = data;
    this.model = model;
    this.answers = answers;
    this.evaluation = evaluation;
  }

  /**
   * Runs the model on every sample, one ONNX Runtime thread each.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses the model
   * @throws dev.halftone.graph.MalformedDataException if a sample or label cannot be used
   * @throws java.io.UncheckedIOException if a file is missing or cannot be read, or the temporary
   *     file cannot be written
   */
  public static Baseline run(Path file, DataSet data, EvaluateOptions options) {
    RunOptions oneThread = options.deployment().withThreads(1);
    AnswerFile answers = AnswerFile.create();
    RunnableModel model = null;
    try {
      model = RunnableModel.open(file, oneThread);
      Evaluation evaluation = answer(file, model, data, options, answers);
      return new Baseline(file, data, model, answers.finished(), evaluation);
    } catch (RuntimeException | Error e) {
      if (model != null) model.close();
      answers.close();
      throw e;
    }
  }

  private static Evaluation answer(
      Path file, RunnableModel model, DataSet data, EvaluateOptions options, AnswerFile answers) {
    List<Metric> judges = MetricKinds.start(data, false);
    new SampleRunner(List.of(model), Evaluator.source(data), Evaluator.mostRows(List.of(file)))
        .run(
            options.threads(),
            answer -> {
              for (Metric judge : judges) judge.add(answer);
              answers.add(answer.outputs().getFirst());
              options.progress().step("original", answer.row() + 1L, data.size());
            });
    SortedMap<String, Double> metrics = new TreeMap<>();
    List<String> warnings = new ArrayList<>();
    metrics.put("bytes", (double) WeightFiles.totalBytes(file));
    for (Metric judge : judges) judge.report(metrics, warnings);
    return new Evaluation(metrics, warnings);
  }

  /** The model that answered. */
  public Path file() {
    return file;
  }

  /** What it was asked. */
  public DataSet data() {
    return data;
  }

  /** What it is worth alone. */
  public Evaluation evaluation() {
    return evaluation;
  }

  RunnableModel model() {
    return model;
  }

  /** The answer of another model with this one's behind it. */
  Answer beside(Answer other) {
    return new Answer(
        other.row(), other.inputs(), List.of(other.outputs().getFirst(), answers.get(other.row())));
  }

  @Override
  public void close() {
    model.close();
    answers.close();
  }
}
