package dev.halftone.data;

import static dev.halftone.data.TestData.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.data.array.Npy;
import dev.halftone.data.source.Column;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every committed description, opened for the real model that it is for. */
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  private static DataSet open(String example, String model) {
    List<ValueInfo> inputs =
        OnnxReader.read(SharedData.path(model + ".onnx")).graph().requiredInputs();
    String data = EXAMPLES.resolve(example + ".yaml") + "@" + SharedData.path(".");
    return DataSets.open(new DataRequest(data, null, null, null, 0, inputs, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "mnist/calibration, mnist/mnist-8, 200, Classes",
    "mnist/evaluation, mnist/mnist-8, 10000, Classes",
    "mnist/evaluation, odd/mnist-opset7, 10000, Classes",
    "imagenet-squeezenet/data, imagenet/squeezenet_fp32, 667, Classes",
    "imagenet-squeezenet/calibration, imagenet/squeezenet_fp32, 100, Classes",
    "imagenet-squeezenet/evaluation, imagenet/squeezenet_fp32, 567, Classes",
    "imagenet-squeezenet/evaluation, imagenet/squeezenet_fp16, 567, Classes",
    "imagenet-mobilenet/data, imagenet/mobilenet_v1_050_160_dequantised, 667, Classes",
    "imagenet-mobilenet/calibration, imagenet/mobilenet_v1_050_160_dequantised, 100, Classes",
    "imagenet-mobilenet/evaluation, imagenet/mobilenet_v1_050_160_dequantised, 567, Classes",
    "cifar10-resnet8/calibration, mlperf-tiny/resnet8_cifar10, 200, Classes",
    "cifar10-resnet8/evaluation, mlperf-tiny/resnet8_cifar10, 2500, Classes",
    "cifar10-resnet8/evaluation-ic01, mlperf-tiny/resnet8_cifar10, 200, Classes",
    "cifar10-resnet8/evaluation-ic01, mlperf-tiny/resnet8_cifar10_bnfolded_nhwc, 200, Classes",
    "cifar10-resnet8/evaluation-ic01, odd/resnet8_constant_nodes, 200, Classes",
    "cifar10-resnet8/evaluation-ic01, odd/resnet8_initializers_as_inputs_unnamed, 200, Classes",
    "cifar10-resnet8/evaluation-ic01, odd/resnet8_float_data, 200, Classes",
    "cifar10-resnet8/evaluation-ic01, odd/resnet8_fp16, 200, Classes",
    "vww/calibration, mlperf-tiny/vww_mobilenet_v1_025_96, 32, Classes",
    "vww/evaluation, mlperf-tiny/vww_mobilenet_v1_025_96, 96, Classes",
    "nanodet/calibration, detection/nanodet_m, 32, Boxes",
    "nanodet/evaluation, detection/nanodet_m, 96, Boxes",
    "ad01/calibration, mlperf-tiny/ad01_autoencoder, 500, -",
    "ad01/evaluation, mlperf-tiny/ad01_autoencoder, 12544, Anomalies",
    "ad01/evaluation, odd/external-data/ad01_external, 12544, Anomalies",
    "ad01/evaluation, odd/ad01_loop_outer_scope_weights, 12544, Anomalies",
    "wakeword/calibration, mlperf-tiny/streaming_wakeword, 15, Classes",
    "wakeword/evaluation, mlperf-tiny/streaming_wakeword, 30, Classes",
    "sentiment/calibration, nlp/sentiment_encoder_opset17, 100, Classes",
    "sentiment/evaluation, nlp/sentiment_encoder_opset13, 1068, Classes",
    "spoken-digits/calibration, speech/digits_gru_lstm, 100, -",
    "spoken-digits/evaluation, speech/digits_gru_lstm, 180, Classes",
    "silero-vad/data, speech/silero_vad, 625, -",
    "silero-vad/half, speech/silero_vad_half, 625, -",
    "ppocr/detector, odd/ppocr-v2-det, 24, -",
    "ppocr/classifier, odd/ppocr-mobile-v2-cls, 24, -",
    "yunet/data, detection/face_detection_yunet_2026may, 128, -",
    "yolo-fastest/data, detection/yolo-fastestv2, 128, -",
    "light/data, odd/light_resnet50, 16, -",
    "light/data, odd/light_shufflenet, 16, -",
    "light/data, odd/light_densenet121, 16, -",
    "light/data, odd/light_inception_v2, 16, -",
  })
  void opensForItsModel(String example, String model, int size, String targets) {
    DataSet data = open(example, model);
    assertThat(data.size()).isEqualTo(size);
    assertThat(data.targets() == null ? "-" : data.targets().getClass().getSimpleName())
        .isEqualTo(targets);
    assertThat(data.warnings()).isEmpty();
    assertThat(data.samples().get(size - 1)).hasSameSizeAs(data.samples().get(0));
  }

  @Test
  void everyDescriptionIsTested() throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/halftone/data/ExamplesTest.java"));
    try (Stream<Path> files = Files.walk(EXAMPLES)) {
      List<String> untested =
          files
              .map(file -> EXAMPLES.relativize(file).toString().replace('\\', '/'))
              .filter(name -> name.endsWith(".yaml") && !name.endsWith("preprocess.yaml"))
              .map(name -> name.replace(".yaml", ""))
              .filter(name -> !source.contains("\"" + name + ","))
              .toList();
      assertThat(untested).isEmpty();
    }
  }

  /**
   * Inputs of the same data that were prepared by other programs; the tolerance covers one rounding
   * of a pixel.
   */
  @ParameterizedTest
  @CsvSource({
    "imagenet-squeezenet/data, imagenet/squeezenet_fp32, data_0, 5, 0",
    "imagenet-mobilenet/data, imagenet/mobilenet_v1_050_160_dequantised, input, 5, 1e-7",
    "vww/calibration, mlperf-tiny/vww_mobilenet_v1_025_96, input, 13, 0.0040",
    "yunet/data, detection/face_detection_yunet_2026may, input, 13, 1",
    "yolo-fastest/data, detection/yolo-fastestv2, input.1, 13, 0.0040",
    "cifar10-resnet8/evaluation-ic01, mlperf-tiny/resnet8_cifar10, input, 0, 0",
    "cifar10-resnet8/evaluation-ic01, odd/resnet8_fp16, input, 0, 0",
    "wakeword/calibration, mlperf-tiny/streaming_wakeword, input, 0, 0",
    "sentiment/evaluation, nlp/sentiment_encoder_opset17, input_ids, 0, 0",
    "sentiment/evaluation, nlp/sentiment_encoder_opset17, attention_mask, 0, 0",
    "spoken-digits/evaluation, speech/digits_gru_lstm, features, 0, 0",
    "ad01/evaluation, mlperf-tiny/ad01_autoencoder, input, 0, 0",
    "mnist/evaluation, mnist/mnist-8, Input3, 0, 0",
    "silero-vad/data, speech/silero_vad, state, 0, 0",
    "silero-vad/data, speech/silero_vad, sr, 0, 0",
  })
  void samplesEqualTheReferenceInputs(
      String example, String model, String input, int row, double tolerance) {
    String name = model.substring(model.lastIndexOf('/') + 1);
    Path file = SharedData.path("reference/" + name + "/in." + input + ".npy");
    Tensor found = tensor(open(example, model), row, input);
    float[] expected = reference(file, found);
    float[] values = found.toFloats();
    double error = 0;
    double most = 0;
    for (int i = 0; i < values.length; i++) {
      error += Math.abs(values[i] - expected[i]);
      most = Math.max(most, Math.abs(values[i] - expected[i]));
    }
    assertThat(most).isLessThanOrEqualTo(tolerance);
    // Where roundings differ, they do so in few pixels.
    if (tolerance > 0.001) assertThat(error / values.length).isLessThan(tolerance / 50);
  }

  private static float[] reference(Path file, Tensor like) {
    if (like.rank() == 0) return new float[] {16000};
    Column column = Npy.open(file);
    float[] values = new float[Math.toIntExact(like.count())];
    int row = 0;
    for (int at = 0; at < values.length; row++) {
      float[] part = column.get(row).toFloats();
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    return values;
  }
}
