package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.graph.TensorType;
import dev.halftone.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What is being gathered of each value. Thread-safe: the maps do not change, what is in them takes care of itself. */
final class Observations {
  private record Seen(Observer observer, SeenType type) {}

  private final Map<String, Seen> values = new LinkedHashMap<>();

  Observations(Map<String, Request> requests) {
    requests.forEach((name, request) -> values.put(name, new Seen(new Observer(request), new SeenType())));
  }

  /** Adds one sample's value of each of the names, which were all asked for, where {@code tensors} has it. */
  void observe(Collection<String> names, Map<String, Tensor> tensors, Workspace workspace) {
    for (String name : names) {
      Tensor tensor = tensors.get(name);
      if (tensor == null) continue;
      Seen seen = Objects.requireNonNull(values.get(name));
      seen.type().see(tensor);
      if (tensor.dtype().isFloat()) seen.observer().observe(tensor, workspace);
    }
  }

  CalibrationResult result() {
    Map<String, Statistics> statistics = new LinkedHashMap<>();
    Map<String, TensorType> types = new LinkedHashMap<>();
    values.forEach(
        (name, seen) -> {
          TensorType type = seen.type().type();
          if (type == null) return;
          types.put(name, type);
          if (type.dtype().isFloat()) statistics.put(name, seen.observer().statistics());
        });
    return new CalibrationResult(statistics, types);
  }
}
