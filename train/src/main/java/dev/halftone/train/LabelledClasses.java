package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The label of each sample as an index into the model's answer. */
final class LabelledClasses {
  private LabelledClasses() {}

  /** By row; null when there are none. */
  static @Nullable List<Integer> of(DataSet data) {
    if (!(data.targets() instanceof Targets.Classes(List<Integer> classes))) return null;
    int offset = data.task() instanceof Task.Classify(int labelOffset) ? labelOffset : 0;
    return classes.stream().map(label -> label + offset).toList();
  }

  /**
   * Whether there is something to learn from them.
   *
   * @throws UnsupportedModelException if there are none, or all are the same
   */
  static List<Integer> requireSeveral(@Nullable List<Integer> labels) {
    if (labels == null)
      throw new UnsupportedModelException(
          "labels", "there are none that name classes, and the loss shall have a share of them");
    if (labels.stream().distinct().count() < 2)
      throw new UnsupportedModelException(
          "labels",
          "every sample is of class %d: there is nothing to learn from them"
              .formatted(labels.getFirst()));
    return labels;
  }

  /**
   * Whether a model can answer so.
   *
   * @param classes of its answer
   * @throws UnsupportedModelException if a label is out of range
   */
  static void check(List<Integer> labels, long classes) {
    for (int row = 0; row < labels.size(); row++) {
      int label = labels.get(row);
      if (label < 0 || label >= classes)
        throw new UnsupportedModelException(
            "labels",
            "sample %d has class %d, the model tells %d apart".formatted(row, label, classes));
    }
  }

  /**
   * What the loss takes for samples that were mixed: for each the shares of classes, {@code
   * [samples, classes]}. Their cross-entropy is the mean of those of both labels by their shares.
   */
  static Tensor mixed(List<Integer> labels, List<MixedSample> samples, int classes) {
    float[] shares = new float[Math.multiplyExact(samples.size(), classes)];
    for (int i = 0; i < samples.size(); i++) {
      MixedSample sample = samples.get(i);
      shares[i * classes + labels.get(sample.row())] += (float) sample.share();
      shares[i * classes + labels.get(sample.partner())] += (float) (1 - sample.share());
    }
    return Tensor.ofFloats(shares, samples.size(), classes);
  }
}
