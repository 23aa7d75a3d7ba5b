package dev.halftone.onnx;

import static dev.halftone.onnx.TestModels.holding;
import static dev.halftone.onnx.TestModels.model;
import static dev.halftone.onnx.TestModels.node;
import static dev.halftone.onnx.TestModels.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import dev.halftone.graph.BadInputException;
import dev.halftone.graph.MalformedModelException;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.OperatorSetIdProto;
import dev.halftone.onnx.wire.StringStringEntryProto;
import dev.halftone.onnx.wire.TensorProto;
import dev.halftone.onnx.wire.TensorProto.DataType;
import dev.halftone.onnx.wire.ValueInfoProto;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they claim to be: one error each, that says where and what. */
class HostileInputTest {
  @TempDir Path folder;

  private BadInputException refused(MessageLite message) {
    return refused(message.toByteArray());
  }

  private BadInputException refused(byte[] bytes) {
    Path file = TestModels.write(folder, bytes);
    try {
      OnnxReader.read(file);
    } catch (BadInputException e) {
      assertThat(e.getMessage()).startsWith(file.toString());
      return e;
    }
    throw new AssertionError("was read");
  }

  @Test
  void missingFile() {
    Path file = folder.resolve("none.onnx");
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void folderInPlaceOfFile() {
    assertThatThrownBy(() -> OnnxReader.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(FileSystemException.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void emptyFile() {
    assertThat(refused(new byte[0])).hasMessageEndingWith("the file is empty");
  }

  @Test
  void textFile() {
    byte[] page =
        "<!DOCTYPE html>\n<html><head><title>404</title>".getBytes(StandardCharsets.UTF_8);
    assertThat(refused(page))
        .hasMessageContaining(
            "not an ONNX model: it starts with the text \"<!DOCTYPE html> <html>");
  }

  @Test
  void pointerFile() {
    byte[] pointer =
        "version https://git-lfs.example/spec/v1\noid sha256:00".getBytes(StandardCharsets.UTF_8);
    assertThat(refused(pointer))
        .hasMessageContaining("not an ONNX model")
        .hasMessageContaining("git-lfs");
  }

  @Test
  void noGraph() {
    ModelProto bare = ModelProto.newBuilder().setIrVersion(8).setProducerName("p").build();
    assertThat(refused(bare)).hasMessageContaining("not an ONNX model: it has no graph");
  }

  @Test
  void randomBytes() {
    for (int seed = 0; seed < 200; seed++) {
      byte[] bytes = new byte[1 + seed * 7];
      new Random(seed).nextBytes(bytes);
      assertThat(refused(bytes)).as("seed %d", seed).isInstanceOf(MalformedModelException.class);
    }
  }

  @Test
  void truncatedFileAtEveryByte() {
    byte[] whole = TestModels.rich().toByteArray();
    // The operator sets come last: a file cut right before them is a model without them.
    int opsets = whole.length - TestModels.rich().getOpsetImport(0).getSerializedSize() - 2;
    for (int length = 1; length < whole.length; length++) {
      if (length == opsets) continue;
      byte[] part = Arrays.copyOf(whole, length);
      assertThat(refused(part)).as("%d bytes", length).isInstanceOf(MalformedModelException.class);
    }
    assertThat(refused(Arrays.copyOf(whole, whole.length / 2)))
        .hasMessageContaining("at byte 2: field 7 takes ");
  }

  @Test
  void tenBytesThatClaimTwoGigabytes() throws IOException {
    byte[] bytes = new byte[10];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeTag(7, 2);
    out.writeUInt32NoTag(Integer.MAX_VALUE);
    long before = Allocated.bytes();
    assertThat(refused(bytes))
        .hasMessageEndingWith("at byte 0: field 7 takes 2147483647 bytes, only 4 remain");
    assertThat(Allocated.bytes() - before).isLessThan(10_000_000);
  }

  @Test
  void tensorThatClaimsTwoGigabytes() {
    long before = Allocated.bytes();
    for (DataType type : DataType.values()) {
      if (type == DataType.UNDEFINED) continue;
      TensorProto.Builder empty = tensor(type, 1 << 29);
      assertThat(refused(holding(empty)))
          .as("%s", type)
          .hasMessageContaining("initializer \"w\"")
          .hasMessageContaining("expected");
    }
    assertThat(Allocated.bytes() - before).isLessThan(50_000_000);
  }

  @Test
  void fileOverTwoGigabytes() throws IOException {
    Path file = folder.resolve("large.onnx");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 31);
    }
    assertThatThrownBy(() -> OnnxReader.read(file))
        .isInstanceOf(MalformedModelException.class)
        .hasMessageContaining("2147483648 bytes; an ONNX file has less than 2 GB");
  }

  @Test
  void rawDataOfWrongSize() {
    assertThat(
            refused(
                holding(tensor(DataType.FLOAT, 4).setRawData(ByteString.copyFrom(new byte[12])))))
        .hasMessageEndingWith("at initializer \"w\": 12 bytes, expected 16 for FLOAT32[4]");
  }

  @Test
  void typedFieldOfWrongSize() {
    assertThat(refused(holding(tensor(DataType.FLOAT, 4).addFloatData(1))))
        .hasMessageEndingWith("at initializer \"w\": float_data has 1 entries, expected 4");
  }

  @Test
  void elementOutOfRange() {
    assertThat(refused(holding(tensor(DataType.UINT8, 1).addInt32Data(256))))
        .hasMessageEndingWith("at initializer \"w\": element 256 does not fit 8 bits");
  }

  @Test
  void bothRawDataAndTypedField() {
    TensorProto.Builder both =
        tensor(DataType.UINT8, 1).addInt32Data(1).setRawData(ByteString.copyFrom(new byte[1]));
    assertThat(refused(holding(both))).hasMessageContaining("both raw_data and a typed field");
  }

  @Test
  void stringsInRawData() {
    assertThat(
            refused(
                holding(tensor(DataType.STRING, 1).setRawData(ByteString.copyFrom(new byte[1])))))
        .hasMessageContaining("strings outside string_data");
  }

  @Test
  void negativeDimension() {
    assertThat(refused(holding(tensor(DataType.FLOAT, 2, -1))))
        .hasMessageEndingWith("dimension -1 is negative");
  }

  @Test
  void overflowingShape() {
    assertThat(refused(holding(tensor(DataType.FLOAT, 1L << 40, 1L << 40))))
        .hasMessageContaining("has more elements than can be");
    assertThat(refused(holding(tensor(DataType.DOUBLE, 1L << 61))))
        .hasMessageContaining("has more elements than can be");
  }

  @Test
  void unknownDataType() {
    assertThat(refused(holding(TensorProto.newBuilder().setDataType(99))))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageEndingWith("initializer \"w\" has the unknown data type 99");
  }

  @Test
  void duplicateInitializer() {
    TensorProto scalar =
        tensor(DataType.UINT8).setName("w").setRawData(ByteString.copyFrom(new byte[1])).build();
    assertThat(
            refused(model(GraphProto.newBuilder().addInitializer(scalar).addInitializer(scalar))))
        .hasMessageEndingWith("at initializer \"w\": defined twice");
  }

  @Test
  void initializerWithoutName() {
    TensorProto.Builder nameless =
        tensor(DataType.UINT8).setRawData(ByteString.copyFrom(new byte[1]));
    assertThat(refused(model(GraphProto.newBuilder().addInitializer(nameless))))
        .hasMessageContaining("has no name");
  }

  @Test
  void outputDefinedTwice() {
    assertThat(
            refused(
                model(
                    GraphProto.newBuilder().addNode(node("Relu", "y")).addNode(node("Tanh", "y")))))
        .hasMessageEndingWith("at node n (Tanh): output \"y\" is defined twice");
  }

  @Test
  void inputThatNothingGives() {
    NodeProto.Builder node = node("Relu", "y").addInput("lost");
    assertThat(refused(model(GraphProto.newBuilder().addNode(node))))
        .hasMessageEndingWith(
            "at node n (Relu): \"lost\" is no input of the graph, no initializer and no output of a"
                + " node");
  }

  @Test
  void inputOfABodyThatNothingGives() {
    GraphProto.Builder body = GraphProto.newBuilder().addNode(node("Abs", "z").addInput("lost"));
    AttributeProto.Builder branch =
        AttributeProto.newBuilder()
            .setName("then_branch")
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(body);
    NodeProto.Builder node = node("If", "y").addAttribute(branch);
    assertThat(refused(model(GraphProto.newBuilder().addNode(node))))
        .hasMessageContaining("at node n (If): \"lost\" is no input of the graph");
  }

  @Test
  void outputThatNothingGives() {
    ValueInfoProto.Builder output = ValueInfoProto.newBuilder().setName("lost");
    assertThat(refused(model(GraphProto.newBuilder().addOutput(output))))
        .hasMessageContaining("at output: \"lost\" is no input of the graph");
  }

  @Test
  void sparseInitializersCanBeRead() {
    UnknownFieldSet.Field sparse =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
    GraphProto.Builder graph = GraphProto.newBuilder().addNode(node("Relu", "y").addInput("w"));
    graph.setUnknownFields(UnknownFieldSet.newBuilder().addField(15, sparse).build());
    Path file = TestModels.write(folder, model(graph).toByteArray());
    assertThat(OnnxReader.read(file).graph().nodes()).hasSize(1);
  }

  @Test
  void outputThatIsAnInput() {
    ValueInfoProto.Builder input = ValueInfoProto.newBuilder().setName("x");
    assertThat(refused(model(GraphProto.newBuilder().addInput(input).addNode(node("Relu", "x")))))
        .hasMessageEndingWith("output \"x\" is defined twice");
  }

  @Test
  void inputDefinedTwice() {
    ValueInfoProto.Builder input = ValueInfoProto.newBuilder().setName("x");
    assertThat(refused(model(GraphProto.newBuilder().addInput(input).addInput(input))))
        .hasMessageEndingWith("at input \"x\": defined twice");
  }

  @Test
  void nodeWithoutOperator() {
    assertThat(refused(model(GraphProto.newBuilder().addNode(node("Relu", "y").clearOpType()))))
        .hasMessageContaining("has no operator");
  }

  @Test
  void attributeGivenTwice() {
    AttributeProto.Builder axis =
        AttributeProto.newBuilder().setName("axis").setType(AttributeProto.AttributeType.INT);
    assertThat(
            refused(
                model(
                    GraphProto.newBuilder()
                        .addNode(node("Relu", "y").addAttribute(axis).addAttribute(axis)))))
        .hasMessageEndingWith("at node n (Relu), attribute axis: given twice");
  }

  @Test
  void attributeWithoutItsTensor() {
    AttributeProto.Builder value =
        AttributeProto.newBuilder().setName("value").setType(AttributeProto.AttributeType.TENSOR);
    assertThat(
            refused(
                model(GraphProto.newBuilder().addNode(node("Constant", "y").addAttribute(value)))))
        .hasMessageEndingWith(
            "at node n (Constant), attribute value: declared as TENSOR without a value");
  }

  @Test
  void nameThatIsNotUtf8() {
    GraphProto.Builder graph = GraphProto.newBuilder().addNode(node("Relu", "y"));
    graph.getNodeBuilder(0).setNameBytes(ByteString.copyFrom(new byte[] {(byte) 0xC0, 'a'}));
    assertThat(refused(model(graph))).hasMessageContaining("a name is not UTF-8");
  }

  @Test
  void brokenTensorInsideBody() {
    GraphProto.Builder body =
        GraphProto.newBuilder().addInitializer(tensor(DataType.FLOAT, 1).setName("w"));
    AttributeProto.Builder branch =
        AttributeProto.newBuilder()
            .setName("then_branch")
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(body);
    assertThat(
            refused(model(GraphProto.newBuilder().addNode(node("If", "y").addAttribute(branch)))))
        .hasMessageContaining(
            "at node n (If), attribute then_branch, initializer \"w\": 0 bytes, expected 4");
  }

  @Test
  void graphsNestedTooDeeply() {
    GraphProto.Builder graph = GraphProto.newBuilder();
    for (int depth = 0; depth < 150; depth++) {
      AttributeProto.Builder body =
          AttributeProto.newBuilder()
              .setName("body")
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(graph);
      graph = GraphProto.newBuilder().addNode(node("If", "y").addAttribute(body));
    }
    assertThat(refused(model(graph))).hasMessageContaining("graphs are nested too deeply");
  }

  @Test
  void opsetWithTwoVersions() {
    ModelProto.Builder model = model(GraphProto.newBuilder()).toBuilder();
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx").setVersion(13));
    assertThat(refused(model.build()))
        .hasMessageEndingWith("at opset import: domain \"\" has versions 17 and 13");
  }

  @Test
  void opsetVersionZero() {
    ModelProto.Builder model = model(GraphProto.newBuilder()).toBuilder();
    model.getOpsetImportBuilder(0).setVersion(0);
    assertThat(refused(model.build()))
        .hasMessageEndingWith("at opset import: domain \"\" has version 0");
  }

  @Test
  void metadataGivenTwice() {
    StringStringEntryProto.Builder entry = StringStringEntryProto.newBuilder().setKey("k");
    ModelProto.Builder model =
        model(GraphProto.newBuilder()).toBuilder().addMetadataProps(entry).addMetadataProps(entry);
    assertThat(refused(model.build())).hasMessageEndingWith("at metadata \"k\": given twice");
  }

  @Test
  void mutatedBytes() {
    byte[] sound = TestModels.rich().toByteArray();
    Random random = new Random(20_26);
    Path file = folder.resolve("model.onnx");
    int refusals = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] mutated = mutate(sound, random);
      try {
        OnnxWriter.detach(OnnxReader.decode(file, MemorySegment.ofArray(mutated)), 0, type -> true);
      } catch (BadInputException e) {
        refusals++;
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("round " + round + ": " + Arrays.toString(mutated), e);
      }
    }
    assertThat(refusals).isBetween(5_000, 19_999);
  }

  /** One to four changes: another byte, a byte more, a byte less. */
  private static byte[] mutate(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes = Arrays.copyOf(bytes, bytes.length - 1);
        default -> {
          byte[] longer = new byte[bytes.length + 1];
          System.arraycopy(bytes, 0, longer, 0, at);
          longer[at] = (byte) random.nextInt(256);
          System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }
}
