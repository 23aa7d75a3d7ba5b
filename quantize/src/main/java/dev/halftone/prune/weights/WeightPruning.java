package dev.halftone.prune.weights;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.PruneRequest.Method;
import dev.halftone.prune.PruneRequest.Scope;
import dev.halftone.prune.Pruned;
import dev.halftone.prune.Shares;
import dev.halftone.quantize.codes.OffHeap;
import dev.halftone.quantize.forms.WeightUses;
import dev.halftone.quantize.scope.Constant;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Zeros in the weights of Conv, ConvTranspose, Gemm and MatMul: which, decided from the weights and
 * what was seen of their inputs, and a model that has them.
 */
public final class WeightPruning {
  private static final int PIECE = 1 << 16;

  /** Columns that SparseGPT ranks together (section 3.3 of the paper). */
  private static final int RANKED_COLUMNS = 128;

  private final PruneRequest request;
  private final List<PrunableWeight> weights = new ArrayList<>();
  private final Map<Constant, BitSet> zeros = new LinkedHashMap<>();
  private final Map<Constant, Tensor> changed = new LinkedHashMap<>();

  private WeightPruning(PruneRequest request) {
    this.request = request;
  }

  /**
   * Decides and applies. Weights that are shared are pruned once. The number of threads changes no
   * bit, and the order of samples none but with {@link Method#SPARSEGPT}, whose sums follow it.
   *
   * @param model whose constants are folded
   * @param samples to see the inputs of weights on, needed by all methods but {@link
   *     Method#MAGNITUDE}
   * @throws dev.halftone.graph.MalformedModelException if a weight that is to be pruned has a NaN
   *     or an infinity
   * @throws IllegalArgumentException if samples are needed and there are none
   */
  public static Pruned sparse(
      Model model,
      PruneRequest.Sparsity request,
      @Nullable DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    WeightPruning pruning = new WeightPruning(request);
    pruning.find(model);
    switch (request.method()) {
      case MAGNITUDE -> pruning.cut(request.share(), request.scope());
      case WANDA ->
          pruning.rank(
              pruning.norms(model, samples, source, threads, progress),
              (scores, layout) -> LeastWeights.ofRows(scores, layout, request.share()));
      case SPARSEGPT -> {
        pruning.cut(request.share(), request.scope());
        pruning.change(model, samples, progress, pruning::asManyAsCut);
      }
    }
    return pruning.apply(model);
  }

  /** As {@link #sparse}, by a pattern. */
  public static Pruned patterned(
      Model model,
      PruneRequest.Pattern request,
      @Nullable DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    WeightPruning pruning = new WeightPruning(request);
    pruning.find(model);
    Choice choice =
        (scores, layout) -> LeastWeights.ofGroups(scores, layout, request.kept(), request.of());
    switch (request.method()) {
      case MAGNITUDE -> pruning.rank(null, choice);
      case WANDA -> pruning.rank(pruning.norms(model, samples, source, threads, progress), choice);
      case SPARSEGPT ->
          pruning.change(
              model,
              samples,
              progress,
              (weight, group, groups) ->
                  new BrainSurgeon.Quota.EachRow(request.kept(), request.of()));
    }
    return pruning.apply(model);
  }

  private void find(Model model) {
    WeightUses.of(model.graph()).forEach(use -> weights.add(PrunableWeight.of(use, request)));
  }

  private InputNorms norms(
      Model model,
      @Nullable DataSet samples,
      StatisticsSource source,
      int threads,
      Progress progress) {
    List<PrunableWeight> pruned = weights.stream().filter(PrunableWeight::isPruned).toList();
    return InputNorms.of(model, pruned, needed(samples), source, threads, progress);
  }

  private static DataSet needed(@Nullable DataSet samples) {
    if (samples == null)
      throw new IllegalArgumentException("weights are weighed by inputs, and there are no samples");
    return samples;
  }

  private void change(
      Model model, @Nullable DataSet samples, Progress progress, SequentialPruning.Quotas quotas) {
    SequentialPruning all = new SequentialPruning(model, needed(samples));
    changed.putAll(all.prune(weights, quotas, progress));
    zeros.clear();
  }

  /**
   * Of each layer as many as by magnitude, of each group of its rows as nearly the same as can be.
   */
  private BrainSurgeon.Quota asManyAsCut(PrunableWeight weight, int group, int groups) {
    long cut = Objects.requireNonNull(zeros.get(weight.use().constant())).cardinality();
    long count = cut * (group + 1) / groups - cut * group / groups;
    return new BrainSurgeon.Quota.Anywhere(count, RANKED_COLUMNS);
  }

  /** By magnitude alone. */
  private void cut(double share, Scope scope) {
    List<PrunableWeight> pruned = weights.stream().filter(PrunableWeight::isPruned).toList();
    pruned.forEach(PrunableWeight::values);
    if (scope == Scope.GLOBAL) cut(share, pruned);
    else pruned.forEach(weight -> cut(share, List.of(weight)));
  }

  private void cut(double share, List<PrunableWeight> together) {
    List<Tensor> tensors = together.stream().map(PrunableWeight::value).toList();
    long total = tensors.stream().mapToLong(Tensor::count).sum();
    MagnitudeCut cut = MagnitudeCut.of(tensors, Shares.floor(share, total));
    for (PrunableWeight weight : together)
      zeros.put(weight.use().constant(), cut.next(weight.value()));
  }

  /** Picks by scores which elements of a weight go. */
  @FunctionalInterface
  private interface Choice {
    BitSet of(float[] scores, WeightLayout layout);
  }

  /**
   * By magnitude times the norm of the input.
   *
   * @param norms null where the magnitude alone counts
   */
  private void rank(@Nullable InputNorms norms, Choice choice) {
    for (int i = 0; i < weights.size(); i++) {
      PrunableWeight weight = weights.get(i);
      if (!weight.isPruned()) continue;
      WeightLayout layout = Objects.requireNonNull(weight.layout());
      double[] inputs = norms == null ? null : norms.of(weight, layout);
      if (norms != null && inputs == null) {
        weights.set(i, weight.refused("no activation is known that its weight is multiplied with"));
        continue;
      }
      zeros.put(
          weight.use().constant(), choice.of(scores(weight.values(), layout, inputs), layout));
    }
  }

  private static float[] scores(float[] values, WeightLayout layout, double @Nullable [] inputs) {
    for (int i = 0; i < values.length; i++) {
      double norm = inputs == null ? 1 : inputs[layout.channel(i)];
      values[i] = (float) (Math.abs(values[i]) * norm);
    }
    return values;
  }

  private Pruned apply(Model model) {
    OffHeap memory = new OffHeap();
    for (PrunableWeight weight : weights) {
      BitSet gone = zeros.get(weight.use().constant());
      if (gone != null)
        changed.put(weight.use().constant(), Zeros.in(weight.value(), gone, memory));
    }
    List<PrunePlan.Layer> layers = new ArrayList<>();
    long total = 0;
    long removed = 0;
    for (PrunableWeight weight : weights) {
      long gone = countZeros(changed.getOrDefault(weight.use().constant(), weight.value()));
      layers.addAll(weight.layers(gone));
      total += weight.value().count();
      removed += gone;
    }
    PrunePlan plan = new PrunePlan(PrunePlan.Unit.WEIGHTS, layers, total, removed);
    return new Pruned(NewWeights.put(model, changed), plan);
  }

  private static long countZeros(Tensor weight) {
    long count = 0;
    for (long from = 0; from < weight.count(); from += PIECE) {
      float[] values = weight.toFloats(from, (int) Math.min(PIECE, weight.count() - from));
      for (float value : values) if (value == 0) count++;
    }
    return count;
  }
}
