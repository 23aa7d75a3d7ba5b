package dev.halftone.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Opaque;
import dev.halftone.onnx.OnnxWriter.Detached;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.MappedFile;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {
  @TempDir Path folder;

  private static Model model(Map<String, Tensor> initializers) {
    Graph graph =
        new Graph("g", List.of(), initializers, List.of(), List.of(), List.of(), Opaque.NONE);
    return new Model(
        10,
        new TreeMap<>(Map.of("", 21L)),
        graph,
        List.of(),
        Map.of("made by", "test"),
        Opaque.NONE);
  }

  private static Tensor floats(int count, float first) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = first + i;
    return Tensor.ofFloats(values, count);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void externalDataIsAlignedAndSharedTensorsAreStoredOnce() throws IOException {
    Tensor shared = floats(300, 1);
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    initializers.put("small", floats(255, 0));
    initializers.put("a", shared);
    initializers.put("b", floats(256, 5));
    initializers.put("tied", shared);
    Path file = folder.resolve("m.onnx");
    OnnxWriter.write(model(initializers), file, ExternalData.ALWAYS);

    assertThat(names()).containsExactly("m.onnx", "m.onnx.data");
    assertThat(Files.size(folder.resolve("m.onnx.data"))).isEqualTo(4096 + 1024);
    List<TensorProto> tensors =
        ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInitializerList();
    assertThat(tensors.get(0).getRawData().size()).isEqualTo(1020);
    assertThat(offset(tensors.get(1))).isEqualTo("0");
    assertThat(offset(tensors.get(2))).isEqualTo("4096");
    assertThat(tensors.get(3).getExternalDataList())
        .isEqualTo(tensors.get(1).getExternalDataList());
    ModelEquality.assertSame(OnnxReader.read(file), model(initializers));
  }

  private static String offset(TensorProto tensor) {
    return tensor.getExternalDataList().stream()
        .filter(e -> e.getKey().equals("offset"))
        .findAny()
        .orElseThrow()
        .getValue();
  }

  @Test
  void externalDataIsLeftOutWhenNothingIsLargeEnough() throws IOException {
    OnnxWriter.write(
        model(Map.of("w", floats(10, 0))), folder.resolve("m.onnx"), ExternalData.ALWAYS);
    assertThat(names()).containsExactly("m.onnx");
  }

  /** Written as external data without being asked, and without passing through the heap. */
  @Test
  void modelOverTwoGigabytesGetsExternalData() throws IOException {
    long size = 2_200L << 20;
    Assumptions.assumeTrue(
        Boolean.getBoolean("halftone.large"), "writes 2.2 GB; asked for by -Dhalftone.large=true");
    Path zeros = folder.resolve("zeros");
    try (RandomAccessFile sparse = new RandomAccessFile(zeros.toFile(), "rw")) {
      sparse.setLength(size);
    }
    Tensor half =
        Tensor.of(DType.INT8, new long[] {size / 2}, MappedFile.map(zeros).asSlice(0, size / 2));
    Tensor other =
        Tensor.of(DType.INT8, new long[] {size / 2}, MappedFile.map(zeros).asSlice(size / 2));
    Path file = folder.resolve("m.onnx");
    long before = Allocated.bytes();
    OnnxWriter.write(model(Map.of("a", half, "b", other)), file, ExternalData.WHEN_NEEDED);
    Model again = OnnxReader.read(file);
    assertThat(Allocated.bytes() - before).isLessThan(5 << 20);
    assertThat(TestModels.initializer(again, "b").byteSize()).isEqualTo(size / 2);
    assertThat(Files.size(folder.resolve("m.onnx.data"))).isEqualTo(size);
  }

  @Test
  void weightsStayOffTheHeap() throws IOException {
    long size = 200L << 20;
    Path zeros = folder.resolve("zeros");
    try (RandomAccessFile sparse = new RandomAccessFile(zeros.toFile(), "rw")) {
      sparse.setLength(size);
    }
    Tensor weights = Tensor.of(DType.FLOAT32, new long[] {size / 4}, MappedFile.map(zeros));
    Path file = folder.resolve("m.onnx");
    OnnxWriter.write(model(Map.of("w", floats(1, 0))), file, ExternalData.WHEN_NEEDED);
    long before = Allocated.bytes();
    OnnxWriter.write(model(Map.of("w", weights)), file, ExternalData.WHEN_NEEDED);
    Tensor again = TestModels.initializer(OnnxReader.read(file), "w");
    assertThat(Allocated.bytes() - before).isLessThan(5 << 20);
    assertThat(again.data().isNative()).isTrue();
    assertThat(again.byteSize()).isEqualTo(size);
  }

  @Test
  void theFilesThatWereReadCanBeWrittenOver() {
    Path file = folder.resolve("m.onnx");
    Model model = model(Map.of("w", floats(5000, 7)));
    OnnxWriter.write(model, file, ExternalData.ALWAYS);
    Model mapped = OnnxReader.read(file);
    OnnxWriter.write(mapped, file, ExternalData.ALWAYS);
    ModelEquality.assertSame(OnnxReader.read(file), model);
    ModelEquality.assertSame(mapped, model);
  }

  @Test
  void arraysOfEveryKindAreWritten() {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    initializers.put("floats", floats(3, 1));
    initializers.put("longs", Tensor.ofLongs(new long[] {1, -2}, 2));
    initializers.put("ints", Tensor.ofInts(new int[] {3}, 1));
    initializers.put(
        "shorts",
        Tensor.of(DType.FLOAT16, new long[] {2}, MemorySegment.ofArray(new short[] {1, 2})));
    initializers.put("nibbles", Tensor.ofBytes(DType.INT4, new byte[] {0x21, 0x03}, 3));
    initializers.put("empty", Tensor.ofFloats(new float[0], 0, 4));
    Path file = folder.resolve("m.onnx");
    OnnxWriter.write(model(initializers), file, ExternalData.WHEN_NEEDED);
    ModelEquality.assertSame(OnnxReader.read(file), model(initializers));
  }

  @Test
  void missingFolderIsNamed() throws IOException {
    Path file = folder.resolve("none").resolve("m.onnx");
    assertThatThrownBy(() -> OnnxWriter.write(model(Map.of()), file, ExternalData.WHEN_NEEDED))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no such folder: " + file.getParent());
    assertThat(names()).isEmpty();
  }

  @Test
  void folderWithoutPermissionIsNamed() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Assumptions.assumeTrue(
        closed.toFile().setWritable(false) && !Files.isWritable(closed),
        "permissions do not bind this user");
    Path file = closed.resolve("m.onnx");
    assertThatThrownBy(() -> OnnxWriter.write(model(Map.of()), file, ExternalData.WHEN_NEEDED))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(AccessDeniedException.class)
        .hasMessageContaining("not allowed in " + closed);
  }

  @Test
  void folderAsTargetIsRefused() throws IOException {
    assertThatThrownBy(() -> OnnxWriter.write(model(Map.of()), folder, ExternalData.WHEN_NEEDED))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(FileSystemException.class)
        .hasMessageContaining("is a folder");
    assertThat(names()).isEmpty();
  }

  @Test
  void nothingStaysWhenTheDataFileCannotBeWritten() throws IOException {
    Files.createDirectory(folder.resolve("m.onnx.data"));
    Path file = folder.resolve("m.onnx");
    assertThatThrownBy(
            () -> OnnxWriter.write(model(Map.of("w", floats(5000, 0))), file, ExternalData.ALWAYS))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(names()).containsExactly("m.onnx.data");
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void nothingStaysWhenAProcessIsEnded() throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                SlowWrite.class.getName(),
                folder.resolve("m.onnx").toString())
            .inheritIO()
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("writing");
    assertThat(names()).singleElement().asString().startsWith(".m.onnx.").endsWith(".tmp");
    process.destroy();
    assertThat(process.waitFor()).isEqualTo(128 + 15);
    assertThat(names()).isEmpty();
  }

  @Test
  void detachedWeightsAreLeftWhereTheyLie() throws IOException {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    Tensor large = floats(100, 1);
    initializers.put("large", large);
    initializers.put("small", floats(2, 1));
    initializers.put("nibbles", Tensor.ofBytes(DType.INT4, new byte[500], 1000));
    initializers.put("text", Tensor.ofBytes(DType.STRING, new byte[400], 100));
    initializers.put("nothing", Tensor.ofBytes(DType.FLOAT32, new byte[0], 0));
    Detached detached = OnnxWriter.detach(model(initializers), 400, type -> type != DType.INT4);
    assertThat(detached.weights()).containsExactly(Map.entry("large", large));
    List<TensorProto> tensors =
        ModelProto.parseFrom(detached.model()).getGraph().getInitializerList();
    assertThat(tensors.get(0).getDataLocation()).isEqualTo(TensorProto.DataLocation.EXTERNAL);
    assertThat(tensors.get(0).hasRawData()).isFalse();
    assertThat(offset(tensors.get(0))).isEqualTo("0");
    assertThat(tensors.get(1).getRawData().size()).isEqualTo(8);
    assertThat(tensors.get(2).getRawData().size()).isEqualTo(500);
    assertThat(tensors.get(3).getStringDataCount()).isEqualTo(100);
    assertThat(tensors.get(4).hasDataLocation()).isFalse();
  }

  @Test
  void stringsComeBack() {
    Tensor strings =
        TestModels.initializer(OnnxReader.read(TestModels.write(folder, TestModels.rich())), "s");
    assertThat(strings.data().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(3, 0, 0, 0, 'o', 'n', 'e', 0, 0, 0, 0);
    Path file = folder.resolve("out.onnx");
    OnnxWriter.write(model(Map.of("s", strings)), file, ExternalData.ALWAYS);
    assertThat(TestModels.initializer(OnnxReader.read(file), "s").sameAs(strings)).isTrue();
  }
}
