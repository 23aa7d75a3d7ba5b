package dev.halftone.evaluate;

import dev.halftone.data.DataSet;
import dev.halftone.data.Targets;
import dev.halftone.data.Task;
import dev.halftone.evaluate.metric.Agreement;
import dev.halftone.evaluate.metric.AnomalyArea;
import dev.halftone.evaluate.metric.ClassAccuracy;
import dev.halftone.evaluate.metric.DetectionPrecision;
import dev.halftone.evaluate.metric.Metric;
import dev.halftone.evaluate.metric.OutputError;
import java.util.ArrayList;
import java.util.List;

/** Which metrics a task is judged by. */
final class Metrics {
  private Metrics() {}

  static List<Metric> of(DataSet data, boolean withReference) {
    List<Metric> metrics = new ArrayList<>();
    switch (data.task()) {
      case Task.Classify(int labelOffset) -> {
        if (data.targets() instanceof Targets.Classes classes)
          metrics.add(new ClassAccuracy(classes, labelOffset, withReference));
        if (withReference) metrics.add(new Agreement(true));
      }
      case Task.Detect detect -> {
        if (data.targets() instanceof Targets.Boxes boxes)
          metrics.add(new DetectionPrecision(boxes, detect, withReference));
      }
      case Task.Anomaly() -> {
        if (data.targets() instanceof Targets.Anomalies anomalies)
          metrics.add(new AnomalyArea(anomalies, withReference));
      }
      case Task.Sequence() -> {
        if (withReference) metrics.add(new Agreement(false));
      }
      case Task.CompareOnly() -> {
        if (withReference) metrics.add(new Agreement(false));
      }
    }
    if (withReference) metrics.add(new OutputError());
    return metrics;
  }
}
