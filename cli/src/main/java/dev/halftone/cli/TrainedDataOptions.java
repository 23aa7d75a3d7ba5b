package dev.halftone.cli;

import dev.halftone.data.DataSet;
import dev.halftone.toolkit.OpenModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Samples to judge a trained model by: those that it was trained on say little about it. */
final class TrainedDataOptions {
  @Option(
      names = "--eval-data",
      paramLabel = "PATH",
      description = "Judge the result beside MODEL by these samples; default: it is not judged.")
  private @Nullable String data;

  @Option(
      names = "--eval-labels",
      paramLabel = "FILE",
      description = "Labels of --eval-data; default without --eval-data: those of --labels.")
  private @Nullable String labels;

  @Option(
      names = "--eval-rows",
      paramLabel = "SLICES",
      description = "Judge by these rows, as --rows; alone, other rows of --data.")
  private @Nullable String rows;

  /** Whether the samples are others than those that are trained on. */
  boolean namesSamples() {
    return data != null || rows != null;
  }

  private boolean isAsked() {
    return namesSamples() || labels != null;
  }

  /** The samples, or null when none were asked for. */
  @Nullable DataSet open(OpenModel model, DataOptions usual, long seed) {
    return isAsked() ? usual.others(model, data, labels, rows, seed) : null;
  }
}
