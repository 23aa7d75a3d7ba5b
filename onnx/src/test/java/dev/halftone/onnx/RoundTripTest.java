package dev.halftone.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Real models read, written and read again. */
class RoundTripTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> inside() {
    return SharedModels.endingIn(".onnx").stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file, ExternalData.WHEN_NEEDED)));
  }

  @TestFactory
  Stream<DynamicTest> withExternalData() {
    return SharedModels.endingIn(".onnx").stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file, ExternalData.ALWAYS)));
  }

  private void check(Path file, ExternalData externalData) throws IOException {
    Path out = folder.resolve(externalData + "-" + file.getFileName());
    Model model = OnnxReader.read(file);
    OnnxWriter.write(model, out, externalData);
    ModelEquality.assertSame(OnnxReader.read(out), model);
    assertThat(NormalizedProto.of(out)).isEqualTo(NormalizedProto.of(file));

    byte[] first = Files.readAllBytes(out);
    OnnxWriter.write(OnnxReader.read(out), out, externalData);
    assertThat(Files.readAllBytes(out)).isEqualTo(first);
  }

  @TestFactory
  Stream<DynamicTest> tensorFiles() {
    return SharedModels.endingIn(".pb").stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> checkTensor(file)));
  }

  private void checkTensor(Path file) {
    OnnxTensors.Named named = OnnxTensors.readNamed(file);
    Path out = folder.resolve(file.getFileName());
    OnnxTensors.write(named, out);
    OnnxTensors.Named again = OnnxTensors.readNamed(out);
    assertThat(again.name()).isEqualTo(named.name());
    assertThat(again.tensor().sameAs(named.tensor())).isTrue();
    assertThat(again.tensor().sameAs(OnnxTensors.read(file))).isTrue();
  }
}
