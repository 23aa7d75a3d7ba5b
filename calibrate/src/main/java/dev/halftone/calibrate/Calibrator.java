package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a model on samples and observes its values. */
public final class Calibrator {
  private Calibrator() {}

  public static CalibrationResult calibrate(
      Model model, Map<String, Request> requests, DataSet data, int threads, Progress progress) {
    Map<String, Observer> observers = new LinkedHashMap<>();
    requests.forEach((name, request) -> observers.put(name, new Observer(request)));
    Map<String, TensorType> types = new LinkedHashMap<>();
    Workspace workspace = new Workspace();
    try (RunnableModel runnable = RunnableModel.open(model, requests.keySet(), RunOptions.asWritten())) {
      for (int row = 0; row < data.size(); row++) {
        Map<String, Tensor> inputs = data.samples().get(row);
        Map<String, Tensor> seen = new LinkedHashMap<>(inputs);
        seen.putAll(runnable.run(inputs));
        observers.forEach((name, observer) -> {
          Tensor value = seen.get(name);
          if (value != null) observer.observe(value, workspace);
        });
        seen.forEach((name, value) -> types.putIfAbsent(name, TensorType.fixed(value.dtype(), value.shape())));
        progress.step("calibrating", row + 1, data.size());
      }
    }
    Map<String, Statistics> statistics = new LinkedHashMap<>();
    observers.forEach((name, observer) -> statistics.put(name, observer.statistics()));
    return new CalibrationResult(statistics, types);
  }
}
