package dev.halftone.train;

import dev.halftone.data.DataSet;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What is shown in training: read a batch at a time, and changed by its epoch and row alone. */
final class ChangedSamples {
  private final DataSet data;
  private final TrainOptions options;

  ChangedSamples(DataSet data, TrainOptions options) {
    this.data = data;
    this.options = options;
  }

  List<MixedSample> of(List<Integer> rows, int epoch) {
    List<MixedSample> samples = new ArrayList<>();
    for (int row : rows) samples.add(MixedSample.whole(changed(row, epoch), row));
    Random random = Rows.mixing(options, epoch, rows.getFirst());
    return MixedSample.all(samples, options.augmentation(), random);
  }

  private Map<String, Tensor> changed(int row, int epoch) {
    Random random = Rows.random(options, epoch, row);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    data.samples()
        .get(row)
        .forEach((name, value) -> changed.put(name, options.augmentation().apply(value, random)));
    return changed;
  }
}
