package dev.halftone.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.data.DataRequest;
import dev.halftone.data.DataSet;
import dev.halftone.data.DataSets;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Progress;
import dev.halftone.runtime.RunOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real models on their evaluation rows have the accuracy that was measured for them elsewhere. */
class FullPrecisionFiguresTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"))
          .resolve("data")
          .toAbsolutePath()
          .normalize();

  @ParameterizedTest
  @CsvSource({
    "mnist/mnist-8, mnist/evaluation, top1, 98.91, .005",
    "imagenet/squeezenet_fp32, imagenet-squeezenet/evaluation, top1, 59.44, .005",
    "imagenet/mobilenet_v1_050_160_dequantised, imagenet-mobilenet/evaluation, top1, 62.61, .005",
    "mlperf-tiny/resnet8_cifar10, cifar10-resnet8/evaluation, top1, 75.48, .005",
    "mlperf-tiny/resnet8_cifar10, cifar10-resnet8/evaluation-ic01, top1, 85.50, .005",
    "mlperf-tiny/vww_mobilenet_v1_025_96, vww/evaluation, top1, 86.46, .005",
    "mlperf-tiny/ad01_autoencoder, ad01/evaluation, auc, .8486, .00005",
    "mlperf-tiny/streaming_wakeword, wakeword/evaluation, top1, 90.0, .005",
    "nlp/sentiment_encoder_opset17, sentiment/evaluation, top1, 75.47, .005",
    "nlp/sentiment_encoder_opset13, sentiment/evaluation, top1, 75.47, .005",
    "speech/digits_gru_lstm, spoken-digits/evaluation, top1, 98.33, .005",
    "detection/nanodet_m, nanodet/evaluation, map, .4556, .00005"
  })
  void isTheMeasuredOne(
      String model, String description, String metric, double expected, double tolerance) {
    Path file = DATA.resolve(model + ".onnx");
    assumeTrue(Files.exists(file), "no real model at " + file);
    Path examples = Path.of("..", "examples").toAbsolutePath().normalize();
    String data = examples.resolve(description + ".yaml") + "@" + DATA;
    DataSet samples =
        DataSets.open(
            new DataRequest(
                data, null, null, null, 0, OnnxReader.read(file).graph().requiredInputs(), 0));
    EvaluateOptions options = new EvaluateOptions(2, RunOptions.deployed(), false, Progress.NONE);
    assertThat(
            Evaluator.evaluate(file, null, samples, options)
                .metrics()
                .getOrDefault(metric, Double.NaN))
        .isCloseTo(expected, within(tolerance));
  }
}
