package dev.halftone.calibrate;

import dev.halftone.calibrate.observe.Observer;
import dev.halftone.calibrate.observe.Request;
import dev.halftone.calibrate.observe.Statistics;
import dev.halftone.calibrate.observe.Workspace;
import dev.halftone.graph.TensorType;
import dev.halftone.kernels.FiniteRange;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What is being gathered of each value. Samples may be shown from several threads at once. */
final class Observations {
  private record Seen(Request request, Observer observer, SeenType type) {
    static Seen nothing(Request request) {
      return new Seen(request, new Observer(request), new SeenType());
    }
  }

  private final Map<String, Seen> values = new LinkedHashMap<>();

  Observations(Map<String, Request> requests) {
    requests.forEach((name, request) -> values.put(name, Seen.nothing(request)));
  }

  /** Adds one sample's value of each of the names where {@code tensors} has it. */
  void observe(Collection<String> names, Map<String, Tensor> tensors, Workspace workspace) {
    for (String name : names) {
      Tensor tensor = tensors.get(name);
      if (tensor == null) continue;
      see(name, tensor.dtype(), tensor.shape());
      if (tensor.dtype().isFloat()) seen(name).observer().observe(tensor, workspace);
    }
  }

  /** Adds one sample's value of which the range was computed elsewhere. */
  void observe(String name, FiniteRange range) {
    seen(name).observer().observe(range);
  }

  void see(String name, DType type, long[] shape) {
    seen(name).type().see(TensorType.fixed(type, shape));
  }

  /**
   * Drops what was seen of the values, before they are observed anew. Not while samples are shown.
   */
  void forget(Collection<String> names) {
    for (String name : names) values.put(name, Seen.nothing(seen(name).request()));
  }

  private Seen seen(String name) {
    return Objects.requireNonNull(values.get(name));
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
