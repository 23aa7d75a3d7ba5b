package dev.halftone.train.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.tensor.Tensor;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AverageTest {
  private static final int LENGTH = 7;

  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static Parameter parameter() {
    org.bytedeco.pytorch.Tensor none = new org.bytedeco.pytorch.Tensor();
    org.bytedeco.pytorch.Tensor value = TorchTensors.of(Tensor.ofFloats(new float[LENGTH], LENGTH));
    return new Parameter("p", value, none, 1, false, none, none, none);
  }

  private static Tensor drawn(Random random) {
    float[] values = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) values[i] = random.nextFloat() - 0.5f;
    return Tensor.ofFloats(values, LENGTH);
  }

  /** The formula, summed up in double. */
  private static double mean(List<Tensor> past, double decay, int index) {
    double sum = 0;
    for (int i = 0; i < past.size(); i++)
      sum += Math.pow(decay, past.size() - 1 - i) * past.get(i).floatAt(index);
    return sum * (1 - decay) / (1 - Math.pow(decay, past.size()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 1.5, 8, 300})
  void followsTheFormula(double steps) {
    Random random = new Random(1);
    double decay = steps > 1 ? 1 - 1 / steps : 0;
    try (PointerScope scope = new PointerScope()) {
      Parameter parameter = parameter();
      Average average = new Average(steps, List.of(parameter));
      List<Tensor> past = new ArrayList<>();
      for (int step = 1; step <= 40; step++) {
        past.add(drawn(random));
        TorchTensors.fill(parameter.tensor(), past.getLast());
        average.add(step);
      }
      average.exchange();
      Tensor found = TorchTensors.copy(parameter.tensor());
      for (int i = 0; i < LENGTH; i++)
        assertThat((double) found.floatAt(i)).isCloseTo(mean(past, decay, i), within(1e-6));
      average.exchange();
      assertThat(TorchTensors.copy(parameter.tensor()).toFloats())
          .isEqualTo(past.getLast().toFloats());
      average.free();
    }
  }

  private static float[] part(Map<String, Tensor> memory) {
    return Objects.requireNonNull(memory.get("average.p")).toFloats();
  }

  /** What it remembers is all that another one needs. */
  @ParameterizedTest
  @ValueSource(doubles = {1.5, 20})
  void goesOnWhereItStopped(double steps) {
    Random random = new Random(2);
    try (PointerScope scope = new PointerScope()) {
      Parameter parameter = parameter();
      Average whole = new Average(steps, List.of(parameter));
      Average second = new Average(steps, List.of(parameter));
      for (int step = 1; step <= 6; step++) {
        if (step == 4) {
          Map<String, Tensor> memory = new HashMap<>();
          whole.addTo(memory);
          second.restore(memory);
        }
        TorchTensors.fill(parameter.tensor(), drawn(random));
        whole.add(step);
        if (step >= 4) second.add(step);
      }
      Map<String, Tensor> one = new HashMap<>();
      Map<String, Tensor> other = new HashMap<>();
      whole.addTo(one);
      second.addTo(other);
      assertThat(part(other)).isEqualTo(part(one));
      whole.free();
      second.free();
    }
  }
}
