package dev.halftone.toolkit;

import dev.halftone.data.DataSet;
import dev.halftone.evaluate.Baseline;
import dev.halftone.evaluate.EvaluateOptions;
import dev.halftone.evaluate.Evaluation;
import dev.halftone.evaluate.Evaluator;
import dev.halftone.graph.BadInputException;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.recipe.Mode;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tries one recipe after the other on a model: each is quantized into a temporary folder, loaded,
 * judged beside the original, and thrown away. The original answers the samples once.
 *
 * <pre>{@code
 * try (Sweep sweep = Sweep.of(model, calibration, evaluation, options)) {
 *   for (SweepEntry entry : SweepEntry.usual(true)) System.out.println(sweep.run(entry));
 * }
 * }</pre>
 */
public final class Sweep implements AutoCloseable {
  private final OpenModel model;
  private final @Nullable DataSet calibration;
  private final EvaluateOptions options;
  private final @Nullable Baseline baseline;

  private Sweep(
      OpenModel model,
      @Nullable DataSet calibration,
      EvaluateOptions options,
      @Nullable Baseline baseline) {
    this.model = model;
    this.calibration = calibration;
    this.options = options;
    this.baseline = baseline;
  }

  /**
   * Runs the original on the samples that all are judged by.
   *
   * @param calibration samples that ranges are taken from; without them, static recipes are refused
   * @param evaluation samples to judge by; without them only sizes and weights are
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses the original
   * @throws MalformedDataException if a sample or label cannot be used
   */
  public static Sweep of(
      OpenModel model,
      @Nullable DataSet calibration,
      @Nullable DataSet evaluation,
      EvaluateOptions options) {
    Baseline baseline = evaluation == null ? null : Baseline.run(model.path(), evaluation, options);
    return new Sweep(model, calibration, options, baseline);
  }

  /** What the original is worth; null without samples to judge by. */
  public @Nullable Evaluation original() {
    return baseline == null ? null : baseline.evaluation();
  }

  /**
   * Tries one entry.
   *
   * @throws IllegalArgumentException if the entry contradicts itself, or wants samples and there
   *     are none
   * @throws MalformedDataException if a sample cannot be used
   */
  public SweepResult run(SweepEntry entry) {
    ResolvedRecipe recipe = model.resolve(entry.request(), calibration != null);
    try (StagedOutput place = StagedOutput.beside(temporary())) {
      try {
        return judge(entry, recipe, place.file());
      } catch (MalformedDataException e) {
        throw e;
      } catch (BadInputException e) {
        String reason = String.valueOf(e.getMessage());
        return new SweepResult.Refused(entry, reason.replace(place.file() + ": ", ""));
      }
    }
  }

  private SweepResult judge(SweepEntry entry, ResolvedRecipe recipe, Path file) {
    QuantizedModel quantized =
        model.quantize(recipe, calibration, options.threads(), options.progress());
    SavedModel saved = quantized.save(file);
    List<Operator> deployed = DeployedOperators.of(file, options.deployment());
    SortedMap<String, Double> metrics = new TreeMap<>(WeightMetrics.of(quantized.weights()));
    metrics.put("bytes.reference", (double) model.file().bytes());
    metrics.put("bytes.quantized", (double) saved.file().bytes());
    metrics.put("size.ratio", (double) saved.file().bytes() / model.file().bytes());
    List<String> warnings = new ArrayList<>(recipe.notes());
    warnings.addAll(quantized.plan().warnings());
    if (recipe.recipe().mode() == Mode.WEIGHTS)
      warnings.addAll(Execution.warnings(quantized, deployed));
    if (baseline != null) {
      Evaluation evaluation = Evaluator.evaluate(file, baseline, options);
      metrics.putAll(evaluation.metrics());
      warnings.addAll(evaluation.warnings());
    }
    return new SweepResult.Done(
        entry, recipe, Execution.of(quantized, deployed), metrics, warnings);
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"), "sweep.onnx");
  }

  @Override
  public void close() {
    if (baseline != null) baseline.close();
  }
}
