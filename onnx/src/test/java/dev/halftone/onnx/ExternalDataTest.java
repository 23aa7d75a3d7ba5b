package dev.halftone.onnx;

import static dev.halftone.onnx.TestModels.external;
import static dev.halftone.onnx.TestModels.holding;
import static dev.halftone.onnx.TestModels.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.onnx.wire.TensorProto.DataType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in files beside the model, and locations that lead elsewhere. */
class ExternalDataTest {
  @TempDir Path outside;

  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(outside.resolve("model"));
    Files.write(outside.resolve("secret"), new byte[64]);
    Files.write(folder.resolve("weights"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
  }

  private Tensor read(String... keysAndValues) {
    TensorProto.Builder tensor = external(tensor(DataType.UINT8, 3), keysAndValues);
    Path file = TestModels.write(folder, holding(tensor));
    return TestModels.initializer(OnnxReader.read(file), "w");
  }

  private void refused(String message, String... keysAndValues) {
    assertThatThrownBy(() -> read(keysAndValues))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("at initializer \"w\": ")
        .hasMessageContaining(message);
  }

  @Test
  void slice() {
    assertThat(read("location", "weights", "offset", "2", "length", "3", "checksum", "x").toLongs())
        .containsExactly(3, 4, 5);
  }

  @Test
  void wholeSizeFromShape() {
    assertThat(read("location", "./weights").toLongs()).containsExactly(1, 2, 3);
  }

  @Test
  void relativeModelPath() {
    TensorProto.Builder tensor = external(tensor(DataType.UINT8, 3), "location", "weights");
    Path file = TestModels.write(folder, holding(tensor));
    Path relative = Path.of("").toAbsolutePath().relativize(file);
    assertThat(TestModels.initializer(OnnxReader.read(relative), "w").toLongs())
        .containsExactly(1, 2, 3);
  }

  @Test
  void parentFolder() {
    refused("location \"../secret\" leaves the model's folder", "location", "../secret");
    refused(
        "location \"../../etc/passwd\" leaves the model's folder", "location", "../../etc/passwd");
    refused("leaves the model's folder", "location", "x/../../secret");
    refused("leaves the model's folder", "location", "../model-other");
  }

  @Test
  void absolutePath() {
    refused("leaves the model's folder", "location", outside.resolve("secret").toString());
  }

  @Test
  void linkThatLeadsOut() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), outside.resolve("secret"));
    refused("location \"link\" leaves the model's folder", "location", "link");
    Files.createSymbolicLink(folder.resolve("up"), outside);
    refused("location \"up/secret\" leaves the model's folder", "location", "up/secret");
  }

  @Test
  void linkThatStaysInside() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), Path.of("weights"));
    assertThat(read("location", "link").toLongs()).containsExactly(1, 2, 3);
  }

  @Test
  void missingFile() {
    refused("external data file \"none\" does not exist", "location", "none");
  }

  @Test
  void folderInPlaceOfFile() throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    refused("external data \"sub\" is not a file", "location", "sub");
    refused("external data \".\" is not a file", "location", ".");
  }

  @Test
  void noLocation() {
    refused("external data without a location");
    refused("external data without a location", "location", "");
  }

  @Test
  void locationThatIsNoPath() {
    refused("is not a path", "location", "a\0b");
  }

  @Test
  void beyondTheFile() {
    refused(
        "external data at 6 takes 3 bytes, but weights has only 8",
        "location",
        "weights",
        "offset",
        "6");
    refused("has only 8", "location", "weights", "offset", Long.toString(Long.MAX_VALUE));
  }

  @Test
  void lengthThatDoesNotFitTheShape() {
    refused("4 bytes of external data, expected 3", "location", "weights", "length", "4");
  }

  @Test
  void numbersThatAreNone() {
    refused(
        "external data offset \"-1\" is not a number of bytes",
        "location",
        "weights",
        "offset",
        "-1");
    refused(
        "external data length \"3x\" is not a number of bytes",
        "location",
        "weights",
        "length",
        "3x");
  }

  @Test
  void tensorListWithExternalData() {
    AttributeProto.Builder list =
        AttributeProto.newBuilder()
            .setName("values")
            .setType(AttributeProto.AttributeType.TENSORS)
            .addTensors(external(tensor(DataType.UINT8, 3), "location", "weights"));
    GraphProto.Builder graph =
        GraphProto.newBuilder().addNode(TestModels.node("Custom", "y").addAttribute(list));
    Path file = TestModels.write(folder, TestModels.model(graph));
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("node n (Custom), attribute values lists tensors with external data");
  }
}
