package dev.halftone.prune.channels;

import dev.halftone.graph.GraphIndex;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.Node;
import dev.halftone.prune.PruneRequest.Norm;
import dev.halftone.tensor.Tensor;
import java.util.Objects;

/**
 * How much each channel of a producer matters: the norm of the weights that make it, times what a
 * BatchNormalization behind multiplies it with, {@code |gamma| / sqrt(variance + epsilon)}, if that
 * alone reads it. So a model is judged the same before and after its normalizations are folded.
 */
final class ChannelScores {
  private ChannelScores() {}

  /**
   * A score for each output channel of the producer.
   *
   * @throws MalformedModelException if one is not a finite number
   */
  static double[] of(Producer producer, Norm norm, GraphIndex index) {
    Node node = producer.node();
    Tensor weight = Objects.requireNonNull(index.constant(node.input(1)));
    double[] scores = norms(weight, producer.axis(), norm);
    scale(scores, node, index);
    for (int c = 0; c < scores.length; c++)
      if (!Double.isFinite(scores[c]))
        throw new MalformedModelException(
            "weight " + node.input(1), "channel %d is not finite".formatted(c));
    return scores;
  }

  /** Of the elements at each index along an axis. */
  private static double[] norms(Tensor weight, int axis, Norm norm) {
    int channels = (int) weight.dimension(axis);
    long inner = 1;
    for (int i = axis + 1; i < weight.rank(); i++) inner *= weight.dimension(i);
    float[] values = weight.toFloats();
    double[] sums = new double[channels];
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      int channel = (int) (i / inner % channels);
      sums[channel] +=
          switch (norm) {
            case L1 -> Math.abs(value);
            case L2 -> value * value;
          };
    }
    if (norm == Norm.L2) for (int c = 0; c < channels; c++) sums[c] = Math.sqrt(sums[c]);
    return sums;
  }

  private static void scale(double[] scores, Node node, GraphIndex index) {
    Node next = index.onlyConsumer(node.output(0));
    if (next == null || !next.is("BatchNormalization")) return;
    Tensor gamma = index.constant(next.input(1));
    Tensor variance = index.constant(next.input(4));
    if (gamma == null
        || variance == null
        || gamma.count() != scores.length
        || variance.count() != scores.length) return;
    float[] factors = gamma.toFloats();
    float[] variances = variance.toFloats();
    double epsilon = next.real("epsilon", 1e-5f);
    for (int c = 0; c < scores.length; c++)
      scores[c] *= Math.abs(factors[c]) / Math.sqrt(variances[c] + epsilon);
  }
}
