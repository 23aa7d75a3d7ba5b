package dev.halftone.cli;

import dev.halftone.toolkit.RunRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a model that was measured beside another must keep to. */
final class GateOptions {
  @Option(
      names = "--max-drop",
      paramLabel = "POINTS",
      description =
          "Quality gate: end with exit code 4 if the metric drops by more than this many points"
              + " (0.5 = half a per cent); without labels, if more than this share of the answers"
              + " changes.")
  private @Nullable Double maxDrop;

  @Option(
      names = "--min-agreement",
      paramLabel = "SHARE",
      description =
          "Quality gate: end with exit code 4 if a smaller share of the answers stays the same"
              + " (0.99 = 99 of 100).")
  private @Nullable Double minAgreement;

  @Option(
      names = "--max-latency-ratio",
      paramLabel = "R",
      description =
          "Quality gate: end with exit code 4 if a run takes more than R times as long as the"
              + " reference's (1 = no slower, 0.8 = at most 80 %% of the time).")
  private @Nullable Double maxLatencyRatio;

  @Mixin private SqnrGateOptions sqnr;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /**
   * All gates that were asked for, in the order in which they are told.
   *
   * @param latency whether it will be measured
   */
  List<Gate> gates(boolean latency) {
    List<Gate> gates = new ArrayList<>();
    if (maxDrop != null) gates.add(new Gate.MaxDrop(checked("--max-drop", maxDrop, "points")));
    if (minAgreement != null) gates.add(agreement(minAgreement));
    gates.addAll(sqnr.gates());
    if (maxLatencyRatio != null) gates.add(latency(maxLatencyRatio, latency));
    sqnr.checkJunit(gates);
    return gates;
  }

  private Gate agreement(double share) {
    if (!(share >= 0 && share <= 1))
      throw new ParameterException(
          spec.commandLine(),
          "--min-agreement %s: a share between 0 and 1 is needed (0.99 = 99 of 100)"
              .formatted(share));
    return new Gate.MinAgreement(share);
  }

  private Gate latency(double ratio, boolean measured) {
    if (!measured)
      throw new ParameterException(
          spec.commandLine(), "--max-latency-ratio and --no-latency contradict each other");
    return new Gate.MaxLatencyRatio(checked("--max-latency-ratio", ratio, "times the time"));
  }

  private double checked(String option, double limit, String unit) {
    if (!(limit >= 0))
      throw new ParameterException(
          spec.commandLine(), "%s %s: 0 or more %s are needed".formatted(option, limit, unit));
    return limit;
  }

  /** Refuses gates that there is nothing for to judge by. */
  void refuse(List<Gate> gates, String need) {
    if (!gates.isEmpty())
      throw new ParameterException(spec.commandLine(), gates.getFirst().option() + need);
  }

  /** Writes what a build reads, where it was asked for. */
  void write(String command, Judgement judgement, RunRecord record) {
    sqnr.write(command, judgement, record);
  }
}
