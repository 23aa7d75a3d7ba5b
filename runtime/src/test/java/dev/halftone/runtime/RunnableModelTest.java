package dev.halftone.runtime;

import static dev.halftone.runtime.Models.model;
import static dev.halftone.runtime.Models.node;
import static dev.halftone.runtime.Models.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NullUnmarked
class RunnableModelTest {
  private static final Tensor X = Tensor.ofFloats(new float[] {1, 2}, 1, 2);
  private static final float[] PRODUCT = {2, 5, -2};
  private static final float[] Y = {2, 5, 0};

  @TempDir Path folder;

  @Test
  void runsAFile() {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(Models.perceptron(), file, OnnxWriter.ExternalData.WHEN_NEEDED);
    try (RunnableModel model = RunnableModel.open(file, RunOptions.deployed())) {
      assertThat(model.inputs()).hasToString("[x: FLOAT32[N, 2]]");
      assertThat(model.outputs()).hasToString("[y: FLOAT32[N, 3]]");
      assertThat(model.run(Map.of("x", X)).get("y").toFloats()).containsExactly(Y);
    }
  }

  @Test
  void aModelThatIsOnlyLookedAtGivesTheSame() {
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(Models.perceptron(), file, OnnxWriter.ExternalData.WHEN_NEEDED);
    RunOptions options = new RunOptions(1, true, Map.of("session.set_denormal_as_zero", "1"));
    assertThat(options.unpacked().config())
        .containsEntry("session.set_denormal_as_zero", "1")
        .containsEntry("session.disable_prepacking", "1");
    try (RunnableModel model = RunnableModel.open(file, options.unpacked())) {
      assertThat(model.run(Map.of("x", X)).get("y").toFloats()).containsExactly(Y);
    }
  }

  @Test
  void tapsInnerValuesWhoseTypesAreInferred() {
    try (RunnableModel model =
        RunnableModel.open(Models.perceptron(), List.of("product", "y"), RunOptions.asWritten())) {
      assertThat(model.outputs())
          .extracting(ValueInfo::toString)
          .containsExactly("y: FLOAT32[N, 3]", "product: FLOAT32[N, 3]");
      Map<String, Tensor> outputs = model.run(Map.of("x", X));
      assertThat(outputs.get("product").toFloats()).containsExactly(PRODUCT);
      assertThat(outputs.get("y").toFloats()).containsExactly(Y);
      assertThat(model.run(Map.of("x", X), List.of("product"))).containsOnlyKeys("product");
    }
  }

  @Test
  void aLargeConstantThatNobodyReadsIsNoTrouble() {
    Model model =
        model(
            List.of(value("x", DType.FLOAT32, 1, 2)),
            List.of(value("y", DType.FLOAT32, 1, 2)),
            Map.of("idle", Tensor.ofFloats(new float[1000], 1000)),
            node("Relu", List.of("x"), List.of("y")));
    try (RunnableModel runnable = RunnableModel.open(model, List.of(), RunOptions.asWritten())) {
      assertThat(runnable.run(Map.of("x", X)).get("y").toFloats()).containsExactly(1, 2);
    }
  }

  @Test
  void mappedWeightsAreHandedOverAndStayReadable() {
    float[] weight = new float[512 * 64];
    Random random = new Random(7);
    for (int i = 0; i < weight.length; i++) weight[i] = random.nextFloat();
    Path file = folder.resolve("large.onnx");
    OnnxWriter.write(
        model(
            List.of(value("x", DType.FLOAT32, 1, 512)),
            List.of(value("y", DType.FLOAT32, 1, 64)),
            Map.of("w", Tensor.ofFloats(weight, 512, 64)),
            node("MatMul", List.of("x", "w"), List.of("y"))),
        file,
        OnnxWriter.ExternalData.WHEN_NEEDED);
    float[] one = new float[512];
    one[500] = 1;
    Model read = OnnxReader.read(file);
    try (RunnableModel model = RunnableModel.open(read, List.of(), RunOptions.asWritten())) {
      assertThat(model.run(Map.of("x", Tensor.ofFloats(one, 1, 512))).get("y").toFloats())
          .containsExactly(Arrays.copyOfRange(weight, 500 * 64, 501 * 64));
      assertThat(read.graph().initializers().get("w").toFloats()).containsExactly(weight);
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "FLOAT32",
        "FLOAT64",
        "FLOAT16",
        "BFLOAT16",
        "INT8",
        "UINT8",
        "INT16",
        "INT32",
        "INT64",
        "BOOL"
      })
  void feedsAndReadsEveryTypeUnchanged(DType dtype) {
    byte[] bytes = new byte[(int) dtype.bytes(6)];
    for (int i = 0; i < bytes.length; i++)
      bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 17 * i + 3);
    Tensor six = Tensor.of(dtype, new long[] {2, 3}, MemorySegment.ofArray(bytes));
    Tensor none = Tensor.of(dtype, new long[] {0, 3}, MemorySegment.ofArray(new byte[0]));
    Model identity =
        model(
            List.of(value("x", dtype, -1, 3)),
            List.of(value("y", dtype, -1, 3)),
            Map.of(),
            node("Identity", List.of("x"), List.of("y")));
    try (RunnableModel model = RunnableModel.open(identity, List.of(), RunOptions.asWritten());
        ReusingRun reusing = model.reusing(List.of())) {
      assertThat(model.run(Map.of("x", six)).get("y").sameAs(six)).isTrue();
      assertThat(model.run(Map.of("x", none)).get("y").sameAs(none)).isTrue();
      for (int i = 0; i < 3; i++)
        assertThat(reusing.run(Map.of("x", six)).get("y").sameAs(six)).isTrue();
      for (int i = 0; i < 3; i++)
        assertThat(reusing.run(Map.of("x", none)).get("y").sameAs(none)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT16", "UINT32", "UINT64"})
  void readsUnsignedTypesThatCannotBeFed(DType dtype) {
    int code = dtype == DType.UINT16 ? 4 : dtype == DType.UINT32 ? 12 : 13; // TensorProto.DataType
    Model cast =
        model(
            List.of(value("x", DType.FLOAT32, 3)),
            List.of(value("y", dtype, 3)),
            Map.of(),
            node("Cast", List.of("x"), List.of("y"), "to", code));
    try (RunnableModel model = RunnableModel.open(cast, List.of(), RunOptions.asWritten());
        ReusingRun reusing = model.reusing(List.of())) {
      Map<String, Tensor> x = Map.of("x", Tensor.ofFloats(new float[] {0, 7, 60000}, 3));
      for (int i = 0; i < 2; i++)
        assertThat(reusing.run(x).get("y").toLongs()).containsExactly(0, 7, 60000);
      assertThat(model.run(x).get("y").dtype()).isEqualTo(dtype);
    }
  }

  @Test
  void leavesOutWhatIsNoTensor() {
    Model sequence =
        model(
            List.of(value("x", DType.FLOAT32, 2)),
            List.of(value("y", DType.FLOAT32, 2)),
            Map.of(),
            node("SequenceConstruct", List.of("x", "x"), List.of("list")),
            node("Relu", List.of("x"), List.of("y")));
    try (RunnableModel model =
        RunnableModel.open(sequence, List.of("list"), RunOptions.asWritten())) {
      assertThat(model.run(Map.of("x", Tensor.ofFloats(new float[] {-1, 1}, 2))))
          .containsOnlyKeys("y");
    }
  }

  @Test
  void namesTheInputThatDoesNotFit() {
    try (RunnableModel model =
        RunnableModel.open(Models.perceptron(), List.of(), RunOptions.asWritten())) {
      assertThatThrownBy(() -> model.run(Map.of("z", X)))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessage("model test: input \"x\" is missing, found [z]");
      assertThatThrownBy(() -> model.run(Map.of("x", X, "z", X)))
          .hasMessage("model test: the model has no input \"z\", it has [x]");
      assertThatThrownBy(() -> model.run(Map.of("x", X.reshape(2, 1))))
          .hasMessage("model test: input \"x\" is FLOAT32[2, 1], expected FLOAT32[N, 2]");
      assertThatThrownBy(() -> model.run(Map.of("x", X.reshape(2))))
          .hasMessageContaining("is FLOAT32[2], expected FLOAT32[N, 2]");
      assertThatThrownBy(() -> model.run(Map.of("x", Tensor.ofInts(new int[] {1, 2}, 1, 2))))
          .hasMessageContaining("is INT32[1, 2], expected FLOAT32[N, 2]");
      assertThatThrownBy(() -> model.run(Map.of("x", X), List.of("q")))
          .hasMessage("model test: the model has no output \"q\", it has [y]");
    }
  }

  @Test
  void saysWhyAFileIsRefused() throws Exception {
    Path broken = Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3, 4, 5});
    assertThatThrownBy(() -> RunnableModel.open(broken, RunOptions.deployed()))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(broken + ": ONNX Runtime: Protobuf parsing failed.");
    Path missing = folder.resolve("missing.onnx");
    assertThatThrownBy(() -> RunnableModel.open(missing, RunOptions.deployed()))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(missing.toString());
  }

  @Test
  void namesTheOperatorThatIsUnknown() {
    Model unknown =
        model(
            List.of(value("x", DType.FLOAT32, 2)),
            List.of(value("y", DType.FLOAT32, 2)),
            Map.of(),
            node("Reticulate", List.of("x"), List.of("y")));
    assertThatThrownBy(() -> RunnableModel.open(unknown, List.of(), RunOptions.deployed()))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("Reticulate")
        .message()
        .doesNotContain("\n", ".cc", "Error code");
  }

  @Test
  void namesTheNodeThatFails() {
    Model gather =
        model(
            List.of(value("i", DType.INT64, 1)),
            List.of(value("y", DType.FLOAT32, 1)),
            Map.of("w", Tensor.ofFloats(new float[] {1, 2, 3}, 3)),
            node("Gather", List.of("w", "i"), List.of("y")));
    try (RunnableModel model = RunnableModel.open(gather, List.of(), RunOptions.asWritten());
        ReusingRun reusing = model.reusing(List.of())) {
      Map<String, Tensor> outside = Map.of("i", Tensor.ofLongs(new long[] {9}, 1));
      assertThatThrownBy(() -> model.run(outside))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("node gather (Gather): ")
          .hasMessageContaining("out of data bounds")
          .message()
          .doesNotContain("\n", ".cc", "Error code");
      Map<String, Tensor> inside = Map.of("i", Tensor.ofLongs(new long[] {2}, 1));
      assertThat(reusing.run(inside).get("y").toFloats()).containsExactly(3);
      assertThatThrownBy(() -> reusing.run(outside))
          .isInstanceOf(UnsupportedModelException.class)
          .hasMessageContaining("node gather (Gather): ");
      assertThat(reusing.run(inside).get("y").toFloats()).containsExactly(3);
    }
  }
}
