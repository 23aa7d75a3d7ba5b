package dev.halftone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.halftone.calibrate.StatisticsSource;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Model;
import dev.halftone.quantize.qdq.StaticMode;
import dev.halftone.recipe.WeightFormat;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.fake.FakeQuantized;
import dev.halftone.train.torch.Libtorch;
import dev.halftone.train.torch.TorchTensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What of two models is compared. */
final class ObjectiveTest {
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults().withBatch(8).withEpochs(1).withRate(0.03);
  private static final DataSet DATA = SmallNetwork.samples(16);

  /** Loading makes objects that stay. */
  @BeforeAll
  static void load() {
    Libtorch.require();
  }

  private static FakeQuantized fake(Model model) {
    return FakeQuantized.of(
        StaticMode.draft(
            model,
            SmallNetwork.recipe(WeightFormat.parse("int4"), DType.UINT8),
            DATA,
            StatisticsSource.RUN,
            1,
            Progress.NONE));
  }

  /** Nobody can close a trainer that was not made. */
  @Test
  void aRefusalLeavesNothingBehind() throws InterruptedException {
    FakeQuantized fake = fake(SmallNetwork.model());
    DataSet labelled = SmallNetwork.labelled(16, 5);
    TrainOptions options = OPTIONS.withLabelShare(0.5);
    long before = LiveObjects.settled();
    assertThatThrownBy(() -> new Trainer(fake, labelled, options).close())
        .hasMessageContaining("sample 4 has class 4");
    assertThat(Libtorch.liveObjects()).isEqualTo(before);
  }

  /** The others are as apart as without it. */
  @Test
  void classesThatAreRuledOutCountNothing() {
    float none = Float.NEGATIVE_INFINITY;
    try (PointerScope scope = new PointerScope()) {
      org.bytedeco.pytorch.Tensor student = logits(1, none, 2, 0.5f);
      student.set_requires_grad(true);
      org.bytedeco.pytorch.Tensor loss = loss(student, logits(2, none, 1, none));
      double expected = loss(logits(1, 2, 0.5f), logits(2, 1, -200)).item_double();
      assertThat(loss.item_double()).isPositive().isCloseTo(expected, within(1e-6));
      loss.backward();
      float[] gradient = TorchTensors.copy(student.grad()).toFloats();
      assertThat(gradient[1]).isZero();
      assertThat(gradient[0]).isNegative();
      assertThat(gradient[2]).isPositive();
      assertThat(gradient[3]).isPositive();
    }
  }

  private static org.bytedeco.pytorch.Tensor logits(float... values) {
    return TorchTensors.of(Tensor.ofFloats(values, 1, values.length));
  }

  private static org.bytedeco.pytorch.Tensor loss(
      org.bytedeco.pytorch.Tensor student, org.bytedeco.pytorch.Tensor original) {
    Objective.Output output = new Objective.Output("y", "y", true, 1, true);
    Objective objective = new Objective(List.of(output), List.of(), 1, 0, 0);
    return objective.loss(Map.of("y", student), Map.of("y", original), null);
  }
}
