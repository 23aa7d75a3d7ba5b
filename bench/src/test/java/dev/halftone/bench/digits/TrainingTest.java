package dev.halftone.bench.digits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TrainingTest {
  private static final LabelledDigits FEW = LabelledDigits.paint(192, 21);

  @Test
  void learnsMoreThanGuessing() {
    Network network = new Network(new Random(22));
    new Training(network, 23).run(FEW, 8);
    assertThat(Training.accuracy(network, FEW)).isGreaterThan(0.5);
  }

  @Test
  void theSameSeedsGiveTheSameBits() {
    assertThat(trainedOnce()).isEqualTo(trainedOnce());
  }

  private static float[][] trainedOnce() {
    Network network = new Network(new Random(24));
    new Training(network, 25).run(FEW, 1);
    return network.parameters().stream().map(parameter -> parameter.value).toArray(float[][]::new);
  }

  @Test
  void theModelKeepsItsBatchNormalizations() {
    Model model = DigitsModel.of(new Network(new Random(26)));
    assertThat(model.graph().nodes())
        .extracting(Node::opType)
        .containsExactly(
            "Conv",
            "BatchNormalization",
            "Relu",
            "MaxPool",
            "Conv",
            "BatchNormalization",
            "Relu",
            "MaxPool",
            "Conv",
            "BatchNormalization",
            "Relu",
            "MaxPool",
            "Flatten",
            "Gemm",
            "Relu",
            "Gemm");
    assertThat(model.graph().outputs().getFirst()).hasToString("logits: FLOAT32[N, 10]");
  }
}
