package dev.halftone.toolkit;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.prune.PrunePlan;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.PruneRequest.Method;
import dev.halftone.prune.Pruned;
import dev.halftone.prune.channels.ChannelPruning;
import dev.halftone.prune.weights.WeightPruning;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.fold.FunctionCalls;
import dev.halftone.runtime.Progress;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Leads a request to the way of pruning that it asks for. */
final class Pruner {
  private static final int REASONS = 3;

  private Pruner() {}

  /** Whether samples are looked at. */
  static boolean calibrates(PruneRequest request) {
    return switch (request) {
      case PruneRequest.Sparsity sparsity -> sparsity.method() != Method.MAGNITUDE;
      case PruneRequest.Pattern pattern -> pattern.method() != Method.MAGNITUDE;
      case PruneRequest.Channels ignored -> false;
    };
  }

  static Pruned prune(
      Model original,
      PruneRequest request,
      @Nullable DataSet samples,
      int threads,
      Progress progress) {
    Model model = Folding.foldConstants(FunctionCalls.inline(original));
    return switch (request) {
      case PruneRequest.Sparsity sparsity ->
          WeightPruning.sparse(model, sparsity, samples, StatisticsSource.RUN, threads, progress);
      case PruneRequest.Pattern pattern ->
          WeightPruning.patterned(model, pattern, samples, StatisticsSource.RUN, threads, progress);
      case PruneRequest.Channels channels -> ChannelPruning.prune(model, channels);
    };
  }

  /** Why nothing is pruned. */
  static String reasons(PrunePlan plan) {
    if (plan.layers().isEmpty()) return "it has no weights that operators multiply with";
    return plan.layers().stream()
        .limit(REASONS)
        .map(layer -> "%s (%s): %s".formatted(layer.name(), layer.opType(), layer.reason()))
        .collect(Collectors.joining("; "));
  }
}
