package dev.halftone.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.quantize.dynamic.DynamicMode;
import dev.halftone.quantize.fold.Folding;
import dev.halftone.quantize.half.Fp16Mode;
import dev.halftone.quantize.weights.WeightsMode;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Trained networks with their data: what quantization keeps of them. Skipped where the data is not
 * beside the project.
 */
class RealModelsTest {
  private static final Path DATA =
      Path.of(
          System.getProperty("halftone.shared", Path.of("..", "..", "shared").toString()), "data");

  private static final Recipe DYNAMIC =
      Judge.recipe(Mode.DYNAMIC, DType.INT8, new Granularity.PerChannel());
  private static final Recipe INT4 =
      Judge.recipe(Mode.WEIGHTS, DType.INT4, new Granularity.PerBlock(32));
  private static final Recipe FP16 =
      Judge.recipe(Mode.FP16, DType.FLOAT16, new Granularity.PerTensor());

  @TempDir private Path folder;

  private static Path data(String name) {
    Path file = DATA.resolve(name);
    assumeTrue(Files.exists(file), () -> "no " + file);
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"sentiment_encoder_opset13", "sentiment_encoder_opset17"})
  void sentimentEncoder(String name) throws IOException {
    Path file = data("nlp/" + name + ".onnx");
    Model model = OnnxReader.read(file);
    Model folded = Folding.fold(model);
    Map<String, Tensor> inputs = sentences();
    int[] expected = labels(Judge.run(model, inputs), 2);

    Model dynamic = DynamicMode.apply(folded, DYNAMIC, 2).model();
    assertThat(agreement(expected, labels(Judge.run(dynamic, inputs), 2)))
        .isGreaterThanOrEqualTo(0.995);
    assertThat(ratio(dynamic, file)).isLessThanOrEqualTo(0.28);

    Model four = WeightsMode.apply(folded, INT4, 2).model();
    assertThat(agreement(expected, labels(Judge.run(four, inputs), 2)))
        .isGreaterThanOrEqualTo(0.99);
    assertThat(ratio(four, file)).isLessThanOrEqualTo(0.18);

    Model half = Fp16Mode.apply(folded, FP16).model();
    assertThat(agreement(expected, labels(Judge.run(half, inputs), 2)))
        .isGreaterThanOrEqualTo(0.995);
    assertThat(ratio(half, file)).isLessThanOrEqualTo(0.51);
  }

  @Test
  void spokenDigits() throws IOException {
    Path file = data("speech/digits_gru_lstm.onnx");
    Model model = OnnxReader.read(file);
    Map<String, Tensor> inputs = Map.of("features", array(data("speech/digits_test_features.npy")));
    int[] expected = labels(Judge.run(model, inputs), 10);
    Model dynamic = DynamicMode.apply(Folding.fold(model), DYNAMIC, 2).model();
    assertThat(agreement(expected, labels(Judge.run(dynamic, inputs), 10)))
        .isGreaterThanOrEqualTo(0.99);
    assertThat(ratio(dynamic, file)).isLessThanOrEqualTo(0.35);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "speech/silero_vad",
        "speech/silero_vad_half",
        "odd/ad01_loop_outer_scope_weights"
      })
  void bodiesOfControlFlow(String name) throws IOException {
    Path file = data(name + ".onnx");
    Model model = OnnxReader.read(file);
    Map<String, Tensor> inputs = reference(model, Path.of(name).getFileName().toString());
    Model folded = Folding.fold(model);
    for (Model quantized :
        new Model[] {
          DynamicMode.apply(folded, DYNAMIC, 2).model(),
          WeightsMode.apply(
                  folded, Judge.recipe(Mode.WEIGHTS, DType.INT8, new Granularity.PerChannel()), 2)
              .model(),
          Fp16Mode.apply(folded, FP16).model()
        }) {
      assertThat(Judge.sqnr(model, quantized, inputs)).isGreaterThan(15);
      assertThat(ratio(quantized, file)).isLessThan(0.54);
    }
  }

  private static Map<String, Tensor> reference(Model model, String name) throws IOException {
    java.util.LinkedHashMap<String, Tensor> inputs = new java.util.LinkedHashMap<>();
    for (var input : model.graph().requiredInputs()) {
      inputs.put(input.name(), array(data("reference/" + name + "/in." + input.name() + ".npy")));
    }
    return inputs;
  }

  private double ratio(Model model, Path original) throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(model, file, ExternalData.WHEN_NEEDED);
    return (double) Files.size(file) / Files.size(original);
  }

  private static Map<String, Tensor> sentences() throws IOException {
    Tensor ids = array(data("nlp/test_ids.npy"));
    long[] wide = ids.toLongs();
    long[] mask = new long[wide.length];
    for (int i = 0; i < wide.length; i++) mask[i] = wide[i] == 0 ? 0 : 1;
    return Map.of(
        "input_ids",
        Tensor.ofLongs(wide, ids.shape()),
        "attention_mask",
        Tensor.ofLongs(mask, ids.shape()));
  }

  private static int[] labels(float[] scores, int classes) {
    int[] labels = new int[scores.length / classes];
    for (int i = 0; i < labels.length; i++) {
      for (int c = 1; c < classes; c++)
        if (scores[i * classes + c] > scores[i * classes + labels[i]]) labels[i] = c;
    }
    return labels;
  }

  private static double agreement(int[] expected, int[] found) {
    int same = 0;
    for (int i = 0; i < expected.length; i++) if (expected[i] == found[i]) same++;
    return (double) same / expected.length;
  }

  /** A NumPy array, format 1.0, little-endian, C order. */
  private static Tensor array(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(8);
    String header = new String(bytes, 10, length, java.nio.charset.StandardCharsets.US_ASCII);
    String type = header.replaceAll(".*'descr': '<(..)'.*\\s*", "$1");
    String dimensions = header.replaceAll(".*'shape': \\(([^)]*)\\).*\\s*", "$1");
    long[] shape =
        java.util.Arrays.stream(dimensions.split(","))
            .map(String::trim)
            .filter(d -> !d.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    DType dtype =
        switch (type) {
          case "f4" -> DType.FLOAT32;
          case "i2" -> DType.INT16;
          case "i8" -> DType.INT64;
          default -> throw new IOException(file + ": type " + type);
        };
    return Tensor.of(dtype, shape, MemorySegment.ofArray(bytes).asSlice(10 + length));
  }
}
