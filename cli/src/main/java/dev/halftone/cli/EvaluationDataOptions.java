package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.toolkit.OpenModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Samples to judge by, where they are not those that are calibrated on. */
final class EvaluationDataOptions {
  @Option(
      names = "--eval-data",
      paramLabel = "PATH",
      description = "Samples to judge by; default: those of --data.")
  private @Nullable String data;

  @Option(
      names = "--eval-labels",
      paramLabel = "FILE",
      description = "Labels of --eval-data; default without --eval-data: those of --labels.")
  private @Nullable String labels;

  @Option(
      names = "--eval-rows",
      paramLabel = "SLICES",
      description = "Part of the samples to judge by, as --rows; alone, other rows of --data.")
  private @Nullable String rows;

  @Option(names = "--no-eval", description = "Do not judge the result.")
  private boolean none;

  /** Whether there is something to judge by, and it is wanted. */
  boolean judges(DataOptions usual, boolean dryRun) {
    return !none && !dryRun && (usual.data != null || isAsked());
  }

  private boolean isAsked() {
    return data != null || labels != null || rows != null;
  }

  /**
   * The samples to judge by, or null when there are none or they are not wanted.
   *
   * @param calibration what {@code --data} gave
   */
  @Nullable DataSet open(
      OpenModel model, DataOptions usual, @Nullable DataSet calibration, long seed) {
    if (none) return null;
    if (data == null && (!isAsked() || usual.data == null)) return calibration;
    return usual.others(model, data, labels, rows, seed);
  }
}
