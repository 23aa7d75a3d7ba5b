package dev.halftone.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.calibrate.observe.Request;
import dev.halftone.data.DataSet;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.Progress;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every value of real networks of all kinds: ranges reduced in ONNX Runtime equal those of the
 * histograms.
 */
class RealModelsTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "data");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mnist/mnist-8.onnx",
        "mlperf-tiny/resnet8_cifar10.onnx",
        "mlperf-tiny/ad01_autoencoder.onnx",
        "nlp/sentiment_encoder_opset13.onnx",
        "speech/digits_gru_lstm.onnx",
        "speech/silero_vad_half.onnx",
        "odd/resnet8_fp16.onnx",
        "odd/resnet8_constant_nodes.onnx",
        "odd/ad01_loop_outer_scope_weights.onnx",
        "odd/ppocr-mobile-v2-cls.onnx",
        "detection/face_detection_yunet_2026may.onnx"
      })
  void rangesAreAlikeByBothWays(String file) {
    Path path = DATA.resolve(file);
    assumeTrue(Files.exists(path), file + ": not beside the project");
    Model model = OnnxReader.read(path);
    DataSet data = Models.data(2, row -> sample(model, row));
    CalibrationResult ranges =
        Calibrator.calibrate(model, requests(model, Request.RANGE), data, 1, Progress.NONE);
    CalibrationResult histograms =
        Calibrator.calibrate(model, requests(model, Request.HISTOGRAM), data, 2, Progress.NONE);
    assertThat(ranges.statistics()).isNotEmpty();
    assertThat(ranges.types()).isEqualTo(histograms.types());
    assertThat(ranges.statistics().keySet()).isEqualTo(histograms.statistics().keySet());
    ranges
        .statistics()
        .forEach(
            (name, seen) -> {
              assertThat(seen.values())
                  .as(name)
                  .isEqualTo(Objects.requireNonNull(histograms.statistics().get(name)).values());
            });
  }

  private static Map<String, Request> requests(Model model, Request request) {
    Map<String, Request> requests = new LinkedHashMap<>();
    for (Node node : model.graph().nodes()) {
      for (String output : node.outputs()) if (!output.isEmpty()) requests.put(output, request);
    }
    return requests;
  }

  /** Free axes: 1 for the batch and in state, 576 (which is what silero takes) elsewhere. */
  private static Map<String, Tensor> sample(Model model, int row) {
    Map<String, Tensor> sample = new HashMap<>();
    for (ValueInfo input : model.graph().requiredInputs()) {
      TensorType type = Objects.requireNonNull(input.type());
      long[] shape = new long[Objects.requireNonNull(type.shape()).size()];
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] =
            type.shape().get(axis) instanceof Dimension.Fixed(long size)
                ? size
                : axis == 0 || shape.length == 3 ? 1 : 576;
      }
      sample.put(input.name(), tensor(type.dtype(), shape, row));
    }
    return sample;
  }

  private static Tensor tensor(DType type, long[] shape, int row) {
    int count = (int) Tensor.elements(shape);
    float[] normal = Models.normal(count, row);
    if (type == DType.FLOAT32) return Tensor.ofFloats(normal, shape);
    if (type == DType.FLOAT16) {
      short[] halves = new short[count];
      for (int i = 0; i < count; i++) halves[i] = Float.floatToFloat16(normal[i]);
      return Tensor.of(type, shape, java.lang.foreign.MemorySegment.ofArray(halves));
    }
    long[] whole = new long[count];
    for (int i = 0; i < count; i++) whole[i] = Math.abs((long) (normal[i] * 50)) + 1;
    return Tensor.ofLongs(whole, shape);
  }
}
