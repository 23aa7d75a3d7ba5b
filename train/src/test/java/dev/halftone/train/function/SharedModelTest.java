package dev.halftone.train.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Model;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import dev.halftone.train.torch.TorchTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real models give in libtorch what they give in ONNX Runtime. */
final class SharedModelTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared")).resolve("data");

  /** Of the largest output: what rounding in another order adds up to over some fifty layers. */
  private static final double TOLERANCE = 1e-4;

  /** ONNX Runtime's Sigmoid is an approximation that gives 0 from about -18 on. */
  private static final double LOGISTIC = 1e-7;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlperf-tiny/resnet8_cifar10.onnx",
        "mlperf-tiny/resnet8_cifar10_bnfolded_nhwc.onnx",
        "mlperf-tiny/vww_mobilenet_v1_025_96.onnx",
        "mlperf-tiny/ad01_autoencoder.onnx",
        "mlperf-tiny/streaming_wakeword.onnx",
        "mnist/mnist-8.onnx",
        "odd/mnist-opset7.onnx",
        "odd/resnet8_constant_nodes.onnx",
        "odd/resnet8_initializers_as_inputs_unnamed.onnx",
        "odd/light_shufflenet.onnx",
        "odd/light_inception_v2.onnx",
        "odd/ppocr-mobile-v2-cls.onnx",
        "imagenet/squeezenet_fp32.onnx",
        "imagenet/mobilenet_v1_050_160_dequantised.onnx",
        "detection/nanodet_m.onnx",
        "detection/face_detection_yunet_2026may.onnx",
        "detection/yolo-fastestv2.onnx",
        "odd/ppocr-v2-det.onnx",
        "odd/light_densenet121.onnx",
        "odd/light_resnet50.onnx",
        "nlp/sentiment_encoder_opset13.onnx",
        "nlp/sentiment_encoder_opset17.onnx",
        "speech/digits_gru_lstm.onnx",
        "llm/stories260K/stories260K.onnx"
      })
  void givesWhatOnnxRuntimeGives(String name) {
    Path file = DATA.resolve(name);
    Assumptions.assumeTrue(Files.exists(file), "no real models at " + file);
    Model model = OnnxReader.read(file);
    Map<String, Tensor> inputs = inputs(model);
    Map<String, Tensor> expected;
    try (RunnableModel runnable = RunnableModel.open(model, List.of(), RunOptions.asWritten())) {
      expected = runnable.run(inputs);
    }
    Map<String, Tensor> found = run(model, inputs);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (output, values) -> assertNear(Objects.requireNonNull(found.get(output)), values));
  }

  private static Map<String, Tensor> run(Model model, Map<String, Tensor> inputs) {
    try (TorchGraph graph = TorchGraph.of(model, List.of());
        PointerScope scope = new PointerScope()) {
      Map<String, org.bytedeco.pytorch.Tensor> fed = new LinkedHashMap<>();
      inputs.forEach((input, value) -> fed.put(input, TorchTensors.of(value)));
      List<String> outputs = model.graph().outputs().stream().map(ValueInfo::name).toList();
      Map<String, Tensor> results = new LinkedHashMap<>();
      graph.run(fed, outputs).forEach((name, value) -> results.put(name, TorchTensors.copy(value)));
      return results;
    }
  }

  private static void assertNear(Tensor found, Tensor expected) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] a = found.toFloats();
    float[] b = expected.toFloats();
    double largest = 0;
    for (float value : b) largest = Math.max(largest, Math.abs(value));
    for (int i = 0; i < b.length; i++)
      assertThat((double) a[i])
          .as("element %d", i)
          .isCloseTo(b[i], Offset.offset(TOLERANCE * largest + LOGISTIC));
  }

  /** Two samples where the model leaves their number open, 64 where it leaves a size open. */
  private static Map<String, Tensor> inputs(Model model) {
    Random random = new Random(1);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (ValueInfo input : model.graph().requiredInputs()) {
      TensorType type = Objects.requireNonNull(input.type());
      List<Dimension> dimensions = Objects.requireNonNull(type.shape());
      long[] shape = new long[dimensions.size()];
      for (int i = 0; i < shape.length; i++)
        shape[i] = dimensions.get(i) instanceof Dimension.Fixed(long size) ? size : i == 0 ? 2 : 64;
      inputs.put(input.name(), values(type.dtype(), shape, random));
    }
    return inputs;
  }

  private static Tensor values(DType dtype, long[] shape, Random random) {
    int count = (int) Tensor.elements(shape);
    if (dtype == DType.INT64) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) values[i] = 1 + random.nextInt(100);
      return Tensor.ofLongs(values, shape);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = random.nextFloat();
    return Tensor.ofFloats(values, shape);
  }
}
