package dev.halftone.evaluate.metric;

import dev.halftone.data.DataSet;
import dev.halftone.runtime.Answer;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far all floating-point outputs are from the reference's. Reports {@code sqnr_db}, pooled over
 * outputs and samples, and {@code max_abs_difference}. Outputs of other shapes than the reference's
 * are left out with a warning.
 */
public final class OutputError implements Metric {
  /** Compares with a reference whatever the task. */
  public static final class Kind implements MetricKind {
    @Override
    public Map<String, String> meanings() {
      Map<String, String> meanings = new LinkedHashMap<>();
      meanings.put(
          "sqnr_db",
          "10·log10(Σx²/Σ(x − y)²) over all floating-point outputs and samples, at most 200");
      meanings.put(
          "max_abs_difference", "largest difference of an output value from the reference's");
      return meanings;
    }

    @Override
    public @Nullable Metric start(DataSet data, boolean withReference) {
      return withReference ? new OutputError() : null;
    }
  }

  private final ErrorSum sum = new ErrorSum();
  private final Map<String, String> skipped = new TreeMap<>();

  @Override
  public void add(Answer answer) {
    Map<String, Tensor> quantized = answer.outputs().get(Side.QUANTIZED.index());
    answer
        .outputs()
        .get(Side.REFERENCE.index())
        .forEach((name, reference) -> add(name, reference, quantized));
  }

  private void add(String name, Tensor reference, Map<String, Tensor> quantized) {
    if (!reference.dtype().isFloat()) return;
    Tensor found = quantized.get(name);
    if (found == null || !found.dtype().isFloat() || found.count() != reference.count()) {
      skipped.putIfAbsent(
          name,
          "output \"%s\" is not compared: %s, the reference gives %s"
              .formatted(name, found == null ? "missing" : found, reference));
    } else {
      sum.add(reference, found);
    }
  }

  @Override
  public void report(Map<String, Double> metrics, List<String> warnings) {
    warnings.addAll(skipped.values());
    if (sum.count() > 0) {
      metrics.put("sqnr_db", sum.sqnrDb());
      metrics.put("max_abs_difference", sum.largest());
    }
    if (sum.notFinite() > 0) {
      warnings.add(
          "%d output values are infinite or not a number in one of the models and are not compared"
              .formatted(sum.notFinite()));
    }
  }
}
