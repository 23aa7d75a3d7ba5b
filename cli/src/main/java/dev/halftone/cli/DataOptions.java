package dev.halftone.cli;

import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.toolkit.OpenModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which samples. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Samples: .npy, .npz, a folder of images or WAV files, IDX, CIFAR binary, CSV or TSV, a"
              + " folder with test_data_set_*, a data description (.yaml), or the word random.")
  @Nullable String data;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Labels: .npy, CSV or TSV, or IDX.")
  @Nullable String labels;

  @Option(
      names = "--rows",
      paramLabel = "SLICES",
      description =
          "Part of the samples and labels: A:B or A:B:STEP, several by comma, in the order of the"
              + " label file.")
  @Nullable String rows;

  @Option(
      names = "--preprocess",
      paramLabel = "FILE",
      description = "Image preprocessing (.yaml): size, colour order, layout, mean and scale.")
  @Nullable String preprocess;

  @Option(
      names = "--label-offset",
      paramLabel = "N",
      description =
          "Added to a label to get its index in the output: 1 where index 0 is a background class;"
              + " default: 0.")
  int labelOffset;

  DataSet open(
      OpenModel model,
      String dataPath,
      @Nullable String labelFile,
      @Nullable String slices,
      long seed) {
    return DataSets.open(
        new DataRequest(
            dataPath, labelFile, slices, preprocess, labelOffset, model.inputs(), seed));
  }

  /**
   * Samples beside those that were asked for: what is not said is as there, labels too unless the
   * samples are others.
   *
   * @throws IllegalStateException if neither are there
   */
  DataSet others(
      OpenModel model,
      @Nullable String dataPath,
      @Nullable String labelFile,
      @Nullable String slices,
      long seed) {
    if (dataPath != null) return open(model, dataPath, labelFile, slices, seed);
    if (data == null) throw new IllegalStateException("no samples were asked for");
    return open(
        model, data, labelFile == null ? labels : labelFile, slices == null ? rows : slices, seed);
  }

  /** The samples that were asked for, or null when none were. */
  @Nullable DataSet open(OpenModel model, long seed) {
    return data == null ? null : open(model, data, labels, rows, seed);
  }
}
