package dev.halftone.evaluate;

import dev.halftone.evaluate.Chains.Chain;
import dev.halftone.evaluate.Reason.Kind;
import dev.halftone.evaluate.Reason.Part;
import dev.halftone.evaluate.Spread.Steps;
import dev.halftone.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why layers do damage, from what was seen of their weights and of what they give. */
final class Reasons {
  /** Below this share of noise (30 dB) there is nothing to explain. */
  private static final double DAMAGE = 0.001;

  /** The rest has a quarter of the levels or fewer: two of the eight bits are lost. */
  private static final double OUTLIER = 4;

  private static final double IMBALANCE = 4;

  /** What is cut off is at least this share of the noise that the layer makes. */
  private static final double SATURATED = 0.25;

  private static final double CANCELLED = 8;

  /** Rounding to steps makes noise of 1/12 of a squared step: at two steps, 2 % of the signal. */
  private static final double FEW = 2;

  private final Map<String, Evidence> activations;

  /**
   * @param activations by value of the reference
   */
  Reasons(Map<String, Evidence> activations) {
    this.activations = activations;
  }

  /** In the order of {@link Kind}; none where the layer does no damage. */
  List<Reason> of(Chain chain, String value, double ownNoise, @Nullable Evidence weights) {
    List<Reason> reasons = new ArrayList<>();
    if (!(ownNoise >= DAMAGE)) return reasons;
    Evidence given = activations.get(value);
    if (weights != null) add(reasons, Part.WEIGHTS, weights, ownNoise);
    if (given != null && given.spread().steps() != null)
      add(reasons, Part.ACTIVATIONS, given, ownNoise);
    double cancelled = given == null ? 0 : terms(chain.main(), weights) / given.meanSquare();
    if (cancelled >= CANCELLED && Double.isFinite(cancelled))
      reasons.add(new Reason(Kind.CANCELLATION, Part.ACTIVATIONS, cancelled));
    reasons.sort((a, b) -> a.kind().compareTo(b.kind()));
    return reasons;
  }

  private static void add(List<Reason> reasons, Part part, Evidence evidence, double ownNoise) {
    double reach = evidence.peak() * reach(evidence);
    if (reach >= OUTLIER) reasons.add(new Reason(Kind.RANGE_OUTLIER, part, reach));
    if (evidence.imbalance() >= IMBALANCE)
      reasons.add(new Reason(Kind.CHANNEL_IMBALANCE, part, evidence.imbalance()));
    if (evidence.clipping().noise() >= SATURATED * ownNoise)
      reasons.add(new Reason(Kind.SATURATION, part, evidence.clipping().share()));
    Steps steps = evidence.spread().steps();
    double spacing =
        steps == null || steps.grids() > 1 ? 0 : Math.sqrt(evidence.meanSquare()) / steps.width();
    if (spacing > 0 && spacing < FEW && evidence.imbalance() < IMBALANCE)
      reasons.add(new Reason(Kind.FEW_STEPS, part, spacing));
  }

  /**
   * How much of the largest magnitude the levels reach: an outlier that is clipped does no harm.
   */
  private static double reach(Evidence evidence) {
    Steps steps = evidence.spread().steps();
    double most = Math.max(-evidence.spread().from(), evidence.spread().to());
    if (steps == null || most == 0) return 1;
    return Math.min(1, Math.max(-steps.low(), steps.high()) / most);
  }

  /** Mean square that the outputs would have if their terms had nothing to do with each other. */
  private double terms(Node node, @Nullable Evidence weights) {
    return switch (node.opType()) {
      case "Conv", "Gemm", "MatMul" ->
          weights == null
              ? 0
              : meanSquare(node.input(0))
                  * weights.meanSquare()
                  * weights.elements()
                  / weights.sums();
      case "Add", "Sub", "Sum" -> node.inputs().stream().mapToDouble(this::meanSquare).sum();
      default -> 0;
    };
  }

  /** 0 where the value was not seen, so that nothing is claimed. */
  private double meanSquare(String value) {
    Evidence evidence = activations.get(value);
    return evidence == null ? 0 : evidence.meanSquare();
  }
}
