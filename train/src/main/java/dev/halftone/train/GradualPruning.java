package dev.halftone.train;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.graph.Model;
import dev.halftone.prune.PruneRequest;
import dev.halftone.prune.weights.WeightPruning;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Weights that become zero in the course of training, the least first. With {@code e} epochs begun
 * of the {@code r} in which zeros become more, their share is
 *
 * <pre>
 * share * (1 - (1 - e / r)^3)
 * </pre>
 *
 * (Zhu and Gupta, arXiv 1710.01878, eq. 1, from no zeros). By a pattern, of M neighbours {@code N +
 * ceil((M - N) * (1 - e / r)^3)} stay. Which are zero is decided anew each epoch, from weights that
 * stay zero once they are: so it follows from the weights alone, also after a run was killed.
 */
final class GradualPruning {
  private final FakeQuantized model;
  private final PruneRequest wanted;
  private final int rising;

  GradualPruning(FakeQuantized model, PruneRequest wanted, int epochs) {
    this.model = model;
    this.wanted = wanted;
    this.rising = rising(epochs);
  }

  /** The first half of the epochs, at least one: from then on there are as many zeros as asked. */
  static int rising(int epochs) {
    return Math.max(1, epochs / 2);
  }

  /**
   * What is zero in an epoch, counted from 1: for each weight 0 where it is and 1 elsewhere;
   * nothing where no weight is yet.
   */
  Map<String, Tensor> masks(int epoch, Map<String, Tensor> parameters) {
    Model current = model.floats(parameters);
    Model pruned = pruned(current, epoch);
    if (pruned == null) return Map.of();
    Map<String, Tensor> weights = pruned.graph().initializers();
    Map<String, Tensor> masks = new LinkedHashMap<>();
    model
        .originals()
        .forEach(
            (parameter, original) -> {
              float[] mask = Objects.requireNonNull(weights.get(original), original).toFloats();
              for (int i = 0; i < mask.length; i++) mask[i] = mask[i] == 0 ? 0 : 1;
              Tensor like = Objects.requireNonNull(parameters.get(parameter));
              masks.put(parameter, Tensor.ofFloats(mask, like.shape()));
            });
    return masks;
  }

  private @Nullable Model pruned(Model current, int epoch) {
    return switch (wanted) {
      case PruneRequest.Sparsity all -> {
        PruneRequest.Sparsity now =
            new PruneRequest.Sparsity(
                all.share() * (1 - left(epoch)), all.scope(), all.method(), all.nodes());
        yield WeightPruning.sparse(current, now, null, StatisticsSource.RUN, 1, Progress.NONE)
            .model();
      }
      case PruneRequest.Pattern all -> {
        int kept = all.kept() + (int) Math.ceil((all.of() - all.kept()) * left(epoch));
        if (kept >= all.of()) yield null;
        PruneRequest.Pattern now =
            new PruneRequest.Pattern(kept, all.of(), all.method(), all.nodes());
        yield WeightPruning.patterned(current, now, null, StatisticsSource.RUN, 1, Progress.NONE)
            .model();
      }
      case PruneRequest.Channels ignored ->
          throw new IllegalArgumentException("channels are not taken away in training");
    };
  }

  private double left(int epoch) {
    double left = 1 - Math.min(1, (double) epoch / rising);
    return left * left * left;
  }
}
