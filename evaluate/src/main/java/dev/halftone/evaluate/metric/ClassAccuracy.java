package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.statistics.Interval;
import dev.halftone.evaluate.statistics.PairedProportions;
import dev.halftone.evaluate.statistics.Proportion;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.runtime.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Top-1 and top-5 accuracy in percent: the share of samples whose label is the largest, or among
 * the five largest, of the first floating-point output (ties go to the lower index). Top-5 is left
 * out where there are no more than five classes.
 *
 * <p>Reports {@code top1} with its 95 % interval ({@code top1.low}, {@code top1.high}: Wilson).
 * With a reference: {@code top1.reference}, {@code top1.quantized} (and its interval), the drop in
 * points {@code top1.drop} with the interval of paired shares (Bonett and Price), and {@code
 * mcnemar_p} (exact); {@code top5} likewise, without intervals and test.
 */
public final class ClassAccuracy implements Metric {
  /** Judges classifiers with labels. */
  public static final class Kind implements MetricKind {
    @Override
    public Map<String, String> meanings() {
      Map<String, String> meanings = new LinkedHashMap<>();
      meanings.put("top1", "samples whose label is the model's first answer, percent");
      meanings.put("top5", "samples whose label is among the model's first five answers, percent");
      meanings.put(
          "mcnemar_p",
          "exact two-sided McNemar test of top1: probability of so uneven a difference by chance");
      return meanings;
    }

    @Override
    public @Nullable Metric start(DataSet data, boolean withReference) {
      return data.task() instanceof Task.Classify(int labelOffset)
              && data.targets() instanceof Targets.Classes classes
          ? new ClassAccuracy(classes, labelOffset, withReference)
          : null;
    }
  }

  private final Targets.Classes targets;
  private final int labelOffset;
  private final List<Side> sides;
  private final Hits top1 = new Hits("top1", 1);
  private final Hits top5 = new Hits("top5", 5);
  private int samples;
  private int classes;

  /**
   * @param labelOffset added to a label to get its index in the output
   */
  public ClassAccuracy(Targets.Classes targets, int labelOffset, boolean withReference) {
    this.targets = targets;
    this.labelOffset = labelOffset;
    this.sides = Side.of(withReference);
  }

  /**
   * @throws MalformedDataException if the label is not one of the output's classes
   */
  @Override
  public void add(Answer answer) {
    int[] ranks = new int[sides.size()];
    for (Side side : sides) ranks[side.index()] = rank(answer, side);
    top1.add(ranks);
    top5.add(ranks);
    samples++;
  }

  private int rank(Answer answer, Side side) {
    float[] values = Outputs.answer(answer.outputs().get(side.index())).toFloats();
    long index = (long) targets.classes().get(answer.row()) + labelOffset;
    if (index < 0 || index >= values.length) {
      throw new MalformedDataException(
          "labels",
          "sample " + answer.row(),
          "class %d with offset %d, the model has %d outputs"
              .formatted(index - labelOffset, labelOffset, values.length));
    }
    classes = values.length;
    return Outputs.rank(values, (int) index);
  }

  @Override
  public void report(Map<String, Double> metrics, List<String> warnings) {
    if (samples == 0) return;
    top1.report(metrics);
    top1.reportIntervals(metrics);
    if (classes > 5) top5.report(metrics);
  }

  /** Samples whose label is among the first {@code places}. */
  private final class Hits {
    private final String name;
    private final int places;
    private final long[] hits = new long[2];
    private final long[] alone = new long[2];

    Hits(String name, int places) {
      this.name = name;
      this.places = places;
    }

    void add(int[] ranks) {
      for (int i = 0; i < ranks.length; i++) {
        boolean hit = ranks[i] < places;
        boolean otherHit = ranks[ranks.length - 1 - i] < places;
        if (hit) hits[i]++;
        if (hit && !otherHit) alone[i]++;
      }
    }

    PairedProportions paired() {
      return new PairedProportions(
          alone[Side.REFERENCE.index()], alone[Side.QUANTIZED.index()], samples);
    }

    void report(Map<String, Double> metrics) {
      for (Side side : sides)
        metrics.put(name + side.suffix(), 100.0 * hits[side.index()] / samples);
    }

    void reportIntervals(Map<String, Double> metrics) {
      put(metrics, name + sides.getFirst().suffix(), Proportion.wilson(hits[0], samples));
      if (sides.size() == 1) return;
      metrics.put(name + ".drop", 100 * paired().difference());
      put(metrics, name + ".drop", paired().interval());
      metrics.put("mcnemar_p", paired().mcNemar());
    }

    private void put(Map<String, Double> metrics, String of, Interval interval) {
      metrics.put(of + ".low", 100 * interval.low());
      metrics.put(of + ".high", 100 * interval.high());
    }
  }
}
