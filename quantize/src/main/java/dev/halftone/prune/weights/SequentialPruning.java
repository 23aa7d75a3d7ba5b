package dev.halftone.prune.weights;

import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.number.Casting;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.Tensor;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Prunes weights one after the other in the order of the graph by {@link BrainSurgeon}, each with
 * the inputs that it has once those before it are pruned.
 */
final class SequentialPruning {
  /** Elements of the matrices of one layer: 512 channels with windows of 3 by 3. */
  private static final long MOST_PRODUCTS = 4608L * 4608;

  private final Model model;
  private final DataSet samples;
  private final Map<Constant, Tensor> pruned = new LinkedHashMap<>();

  SequentialPruning(Model model, DataSet samples) {
    this.model = model;
    this.samples = samples;
  }

  /** Says how much of a weight goes. */
  @FunctionalInterface
  interface Quotas {
    /**
     * @param group of its {@code groups} of as many rows each, which are pruned by themselves
     */
    BrainSurgeon.Quota of(PrunableWeight weight, int group, int groups);
  }

  /** Prunes all that can be; those that cannot are replaced by ones that say why. */
  Map<Constant, Tensor> prune(List<PrunableWeight> weights, Quotas quotas, Progress progress) {
    for (int i = 0; i < weights.size(); i++) {
      PrunableWeight weight = weights.get(i);
      if (weight.isPruned()) weights.set(i, prune(weight, quotas));
      progress.step("pruning", i + 1, weights.size());
    }
    return pruned;
  }

  private PrunableWeight prune(PrunableWeight weight, Quotas quotas) {
    WeightLayout layout = Objects.requireNonNull(weight.layout());
    List<InputPatches> readers = InputProducts.readers(weight, layout);
    if (readers.isEmpty())
      return weight.refused("no activation is known that its weight is multiplied with");
    long products = (long) layout.columns() * layout.columns() * readers.getFirst().groups();
    if (products > MOST_PRODUCTS)
      return weight.refused(
          "%d products of its inputs are too many for sparsegpt".formatted(products));
    float[] values = weight.values();
    double[][] sums = InputProducts.of(NewWeights.put(model, pruned), readers, layout, samples);
    if (!InputProducts.tell(sums, layout.columns()))
      return weight.refused("nothing but zeros, or no numbers, were seen at its input");
    int rows = layout.rows() / sums.length;
    for (int group = 0; group < sums.length; group++) {
      BrainSurgeon.Quota quota = quotas.of(weight, group, sums.length);
      prune(values, layout, group * rows, rows, sums[group], quota);
    }
    Tensor changed = Tensor.ofFloats(values, weight.value().shape());
    pruned.put(weight.use().constant(), Casting.cast(changed, weight.value().dtype()));
    return weight;
  }

  private static void prune(
      float[] values,
      WeightLayout layout,
      int firstRow,
      int rows,
      double[] products,
      BrainSurgeon.Quota quota) {
    int columns = layout.columns();
    double[] weights = new double[rows * columns];
    for (int i = 0; i < weights.length; i++)
      weights[i] = values[index(layout, firstRow + i / columns, i % columns)];
    BitSet zeros = new BrainSurgeon(products, columns).prune(weights, quota);
    for (int i = 0; i < weights.length; i++)
      values[index(layout, firstRow + i / columns, i % columns)] =
          zeros.get(i) ? 0 : (float) weights[i];
  }

  /** Where a column of {@link InputPatches} lies. */
  static int index(WeightLayout layout, int row, int column) {
    int channel = column % layout.inputs();
    int position = column / layout.inputs();
    return layout.index(row, channel * layout.window() + position);
  }
}
