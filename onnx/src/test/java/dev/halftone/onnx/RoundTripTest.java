package dev.halftone.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real models read, written and read again. */
class RoundTripTest {
  @TempDir Path folder;

  static List<Path> models() {
    return SharedModels.endingIn(".onnx");
  }

  static List<Path> tensors() {
    return SharedModels.endingIn(".pb");
  }

  @ParameterizedTest
  @MethodSource("models")
  void inside(Path file) throws IOException {
    check(file, ExternalData.WHEN_NEEDED);
  }

  @ParameterizedTest
  @MethodSource("models")
  void withExternalData(Path file) throws IOException {
    check(file, ExternalData.ALWAYS);
  }

  private void check(Path file, ExternalData externalData) throws IOException {
    SharedModels.assumePresent(file);
    Path out = folder.resolve(externalData + "-" + file.getFileName());
    Model model = OnnxReader.read(file);
    OnnxWriter.write(model, out, externalData);
    ModelEquality.assertSame(OnnxReader.read(out), model);
    assertThat(NormalizedProto.of(out)).isEqualTo(NormalizedProto.of(file));

    byte[] first = Files.readAllBytes(out);
    OnnxWriter.write(OnnxReader.read(out), out, externalData);
    assertThat(Files.readAllBytes(out)).isEqualTo(first);
  }

  @ParameterizedTest
  @MethodSource("tensors")
  void tensor(Path file) {
    SharedModels.assumePresent(file);
    OnnxTensors.Named named = OnnxTensors.readNamed(file);
    Path out = folder.resolve(file.getFileName());
    OnnxTensors.write(named, out);
    OnnxTensors.Named again = OnnxTensors.readNamed(out);
    assertThat(again.name()).isEqualTo(named.name());
    assertThat(again.tensor().sameAs(named.tensor())).isTrue();
    assertThat(again.tensor().sameAs(OnnxTensors.read(file))).isTrue();
  }
}
