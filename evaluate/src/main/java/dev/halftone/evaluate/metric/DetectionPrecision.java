package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.detect.AveragePrecision;
import dev.halftone.evaluate.detect.BoxDecoder;
import dev.halftone.evaluate.detect.RawPrediction;
import dev.halftone.evaluate.statistics.Bootstrap;
import dev.halftone.evaluate.statistics.Interval;
import dev.halftone.graph.MalformedDataException;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Mean average precision at IoU 0.5, from 0 to 1. Reports {@code map} with its 95 % interval; with
 * a reference {@code map.reference}, {@code map.quantized} (and its interval) and the drop {@code
 * map.drop} with the interval for the same photos. Intervals are percentile bootstraps over photos,
 * and are left out for a single photo, which cannot tell how photos differ.
 */
public final class DetectionPrecision implements Metric {
  /** Judges detectors with labelled boxes. */
  public static final class Kind implements MetricKind {
    @Override
    public Map<String, String> meanings() {
      return Map.of("map", "mean average precision of boxes at IoU 0.5, 0 to 1");
    }

    @Override
    public @Nullable Metric start(DataSet data, boolean withReference) {
      return data.task() instanceof Task.Detect detect
              && data.targets() instanceof Targets.Boxes boxes
          ? new DetectionPrecision(boxes, detect, withReference)
          : null;
    }
  }

  private final Targets.Boxes targets;
  private final BoxDecoder decoder;
  private final Map<String, String> options;
  private final List<Side> sides;
  private final List<AveragePrecision> precisions = new ArrayList<>();

  /**
   * @throws MalformedDataException if there is no such decoder
   */
  public DetectionPrecision(Targets.Boxes targets, Task.Detect task, boolean withReference) {
    this.targets = targets;
    this.options = task.options();
    this.sides = Side.of(withReference);
    for (int i = 0; i < sides.size(); i++) precisions.add(new AveragePrecision());
    try {
      this.decoder = BoxDecoder.named(task.decoder());
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException("task", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void add(Answer answer) {
    long[] image = Outputs.answer(answer.inputs()).shape();
    if (image.length != 4)
      throw new MalformedDataException("task", "detect wants an image as the model's input");
    boolean channelsLast = image[1] != 1 && image[1] != 3;
    int height = Math.toIntExact(image[channelsLast ? 1 : 2]);
    int width = Math.toIntExact(image[channelsLast ? 2 : 3]);
    Targets.Area photo =
        targets.photos().isEmpty()
            ? new Targets.Area(0, 0, width, height)
            : targets.photos().get(answer.row());
    for (Side side : sides) {
      Map<String, Tensor> outputs = answer.outputs().get(side.index());
      try {
        precisions
            .get(side.index())
            .add(
                decoder.decode(new RawPrediction(outputs, width, height, photo), options),
                targets.boxes().get(answer.row()));
      } catch (IllegalArgumentException e) {
        throw new MalformedDataException(
            "task", "sample " + answer.row(), String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public void report(Map<String, Double> metrics, List<String> warnings) {
    if (targets.boxes().stream().allMatch(List::isEmpty)) {
      warnings.add("no map: no photo has a labelled box");
      return;
    }
    for (Side side : sides) metrics.put("map" + side.suffix(), precisions.get(side.index()).mean());
    AveragePrecision judged = precisions.getFirst();
    put(metrics, "map" + sides.getFirst().suffix(), judged::mean);
    if (sides.size() == 1) return;
    AveragePrecision reference = precisions.get(Side.REFERENCE.index());
    metrics.put("map.drop", reference.mean() - judged.mean());
    put(metrics, "map.drop", copies -> reference.mean(copies) - judged.mean(copies));
  }

  private void put(Map<String, Double> metrics, String of, ToDoubleFunction<int[]> statistic) {
    int photos = precisions.getFirst().photos();
    if (photos < 2) return;
    Interval interval = Bootstrap.interval(photos, statistic);
    metrics.put(of + ".low", interval.low());
    metrics.put(of + ".high", interval.high());
  }
}
