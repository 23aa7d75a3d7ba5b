package dev.halftone.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.graph.Model;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Holds every output of two models against each other. */
public final class Answers {
  private Answers() {}

  public static Map<String, Tensor> of(Model model, Map<String, Tensor> inputs, String... taps) {
    try (RunnableModel runnable =
        RunnableModel.open(model, List.of(taps), RunOptions.asWritten())) {
      return runnable.run(inputs);
    }
  }

  /** Same outputs, each element within {@code tolerance} times the larger of 1 and its size. */
  public static void assertSame(
      Model expected, Model found, Map<String, Tensor> inputs, double tolerance, String... taps) {
    Map<String, Tensor> before = of(expected, inputs, taps);
    Map<String, Tensor> after = of(found, inputs, taps);
    assertThat(after).containsOnlyKeys(before.keySet());
    before.forEach(
        (name, value) -> {
          Tensor other = Objects.requireNonNull(after.get(name));
          assertThat(other.dtype()).as(name).isEqualTo(value.dtype());
          assertThat(other.shape()).as(name).isEqualTo(value.shape());
          for (int i = 0; i < value.count(); i++) {
            double wanted = value.floatAt(i);
            assertThat((double) other.floatAt(i))
                .as("%s at %d", name, i)
                .isCloseTo(wanted, within(tolerance * Math.max(1, Math.abs(wanted))));
          }
        });
  }
}
