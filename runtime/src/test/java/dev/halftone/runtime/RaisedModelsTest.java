package dev.halftone.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.opset.OpsetUpgrade;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real networks give the same answers under a newer operator set. */
class RaisedModelsTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "data");

  @ParameterizedTest
  @CsvSource({
    "odd/mnist-opset7.onnx, 7, 13",
    "odd/mnist-opset7.onnx, 7, 21",
    "mnist/mnist-8.onnx, 8, 13",
    "imagenet/squeezenet_fp32.onnx, 7, 13",
    "odd/light_shufflenet.onnx, 9, 17",
    "detection/yolo-fastestv2.onnx, 11, 13",
    "detection/nanodet_m.onnx, 11, 17",
    "detection/face_detection_yunet_2026may.onnx, 11, 21",
    "nlp/sentiment_encoder_opset13.onnx, 13, 21",
    "speech/silero_vad.onnx, 16, 21",
    "speech/digits_gru_lstm.onnx, 15, 25",
  })
  void answersStayTheSame(String file, long opset, long target) {
    Path path = DATA.resolve(file);
    assumeTrue(Files.exists(path), file + ": not beside the project");
    Model model = OnnxReader.read(path);
    assertThat(model.opset()).isEqualTo(opset);
    OpsetUpgrade.Result result = OpsetUpgrade.to(model, target);
    assertThat(result).isInstanceOf(OpsetUpgrade.Result.Raised.class);
    Model raised = ((OpsetUpgrade.Result.Raised) result).model();
    assertThat(raised.opset()).isEqualTo(target);
    Map<String, Tensor> sample = sample(model);
    Map<String, Tensor> before = run(model, sample);
    Map<String, Tensor> after = run(raised, sample);
    assertThat(after).containsOnlyKeys(before.keySet());
    before.forEach(
        (name, value) -> assertSame(name, value, Objects.requireNonNull(after.get(name))));
  }

  private static Map<String, Tensor> run(Model model, Map<String, Tensor> sample) {
    try (RunnableModel runnable = RunnableModel.open(model, List.of(), RunOptions.deployed())) {
      return runnable.run(sample);
    }
  }

  private static void assertSame(String name, Tensor expected, Tensor found) {
    assertThat(found.shape()).as(name).isEqualTo(expected.shape());
    float[] wanted = expected.toFloats();
    float[] given = found.toFloats();
    for (int i = 0; i < wanted.length; i++) {
      double tolerance = 1e-5 * Math.max(1, Math.abs(wanted[i]));
      assertThat(given[i]).as("%s at %d", name, i).isCloseTo(wanted[i], within((float) tolerance));
    }
  }

  /** Free axes: 1 for the batch and in state, 576 in sound, 64 elsewhere. */
  private static Map<String, Tensor> sample(Model model) {
    Random random = new Random(5);
    Map<String, Tensor> sample = new HashMap<>();
    for (ValueInfo input : model.graph().requiredInputs()) {
      TensorType type = Objects.requireNonNull(input.type());
      List<Dimension> dimensions = Objects.requireNonNull(type.shape());
      long[] shape = new long[dimensions.size()];
      for (int axis = 0; axis < shape.length; axis++) {
        long free = axis == 0 || shape.length == 3 ? 1 : input.name().equals("input") ? 576 : 64;
        shape[axis] = dimensions.get(axis) instanceof Dimension.Fixed(long size) ? size : free;
      }
      sample.put(input.name(), tensor(type.dtype(), shape, random));
    }
    return sample;
  }

  private static Tensor tensor(DType type, long[] shape, Random random) {
    int count = Math.toIntExact(Tensor.elements(shape));
    float[] values = new float[count];
    long[] whole = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
      // Tokens of any vocabulary, and what else is a whole number: a sample rate.
      whole[i] = shape.length == 0 ? 16000 : 1 + random.nextInt(100);
    }
    return type == DType.INT64 ? Tensor.ofLongs(whole, shape) : Tensor.ofFloats(values, shape);
  }
}
