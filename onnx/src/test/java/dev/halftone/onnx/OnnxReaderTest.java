package dev.halftone.onnx;

import static dev.halftone.onnx.TestModels.holding;
import static dev.halftone.onnx.TestModels.model;
import static dev.halftone.onnx.TestModels.node;
import static dev.halftone.onnx.TestModels.tensor;
import static dev.halftone.onnx.TestModels.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.AttributeProto.AttributeType;
import dev.halftone.onnx.wire.FunctionProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.TensorProto.DataType;
import dev.halftone.onnx.wire.TensorShapeProto;
import dev.halftone.onnx.wire.TypeProto;
import dev.halftone.onnx.wire.ValueInfoProto;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxReaderTest {
  @TempDir Path folder;

  private Model read(ModelProto proto) {
    return OnnxReader.read(TestModels.write(folder, proto));
  }

  private ModelProto writtenAgain(ModelProto proto) throws IOException {
    Path out = folder.resolve("out.onnx");
    OnnxWriter.write(read(proto), out, ExternalData.WHEN_NEEDED);
    return ModelProto.parseFrom(Files.readAllBytes(out));
  }

  private Tensor initializer(ModelProto proto) {
    return TestModels.initializer(read(proto), "w");
  }

  private static Tensor tensorOf(Node node, String attribute) {
    return ((Attribute.OfTensor) Objects.requireNonNull(node.attribute(attribute))).value();
  }

  @Test
  void typedFieldsBecomeLittleEndianBytes() {
    assertThat(
            initializer(holding(tensor(DataType.FLOAT, 2).addFloatData(1.5f).addFloatData(-2)))
                .toFloats())
        .containsExactly(1.5f, -2);
    assertThat(initializer(holding(tensor(DataType.DOUBLE, 1).addDoubleData(0.25))).toFloats())
        .containsExactly(0.25f);
    assertThat(initializer(holding(tensor(DataType.INT64, 1).addInt64Data(-5))).toLongs())
        .containsExactly(-5);
    assertThat(
            initializer(holding(tensor(DataType.UINT32, 1).addUint64Data(0xFFFFFFFFL))).toLongs())
        .containsExactly(0xFFFFFFFFL);
    assertThat(initializer(holding(tensor(DataType.UINT64, 1).addUint64Data(7))).toLongs())
        .containsExactly(7);
    assertThat(initializer(holding(tensor(DataType.INT32, 1).addInt32Data(-9))).toLongs())
        .containsExactly(-9);
    assertThat(
            initializer(holding(tensor(DataType.INT8, 2).addInt32Data(-1).addInt32Data(255)))
                .toLongs())
        .containsExactly(-1, -1);
    assertThat(initializer(holding(tensor(DataType.UINT16, 1).addInt32Data(65535))).toLongs())
        .containsExactly(65535);
    assertThat(
            initializer(holding(tensor(DataType.BOOL, 2).addInt32Data(1).addInt32Data(0)))
                .toLongs())
        .containsExactly(1, 0);
    assertThat(initializer(holding(tensor(DataType.FLOAT16, 1).addInt32Data(0x3C00))).toFloats())
        .containsExactly(1f);
    assertThat(initializer(holding(tensor(DataType.BFLOAT16, 1).addInt32Data(0xC000))).toFloats())
        .containsExactly(-2f);
    assertThat(
            initializer(holding(tensor(DataType.INT4, 3).addInt32Data(0xF1).addInt32Data(0x07)))
                .toLongs())
        .containsExactly(1, -1, 7);
    assertThat(
            initializer(
                    holding(tensor(DataType.UINT2, 5).addInt32Data(0b11_10_01_00).addInt32Data(2)))
                .toLongs())
        .containsExactly(0, 1, 2, 3, 2);
  }

  @Test
  void scalarsAndEmptyTensors() {
    assertThat(initializer(holding(tensor(DataType.FLOAT).addFloatData(3))).floatAt(0))
        .isEqualTo(3);
    assertThat(initializer(holding(tensor(DataType.FLOAT, 0, 5))).count()).isZero();
    assertThat(initializer(holding(tensor(DataType.STRING, 0))).count()).isZero();
  }

  @Test
  void everythingComesBack() throws IOException {
    ModelProto rich = TestModels.rich();
    ModelProto.Builder expected = rich.toBuilder();
    // The one freedom: elements go from typed fields to raw_data.
    expected
        .getGraphBuilder()
        .getNodeBuilder(0)
        .getAttributeBuilder(0)
        .getGBuilder()
        .getInitializerBuilder(0)
        .clearInt64Data()
        .setRawData(
            ByteString.copyFrom(
                new byte[] {3, 0, 0, 0, 0, 0, 0, 0, -4, -1, -1, -1, -1, -1, -1, -1}));
    assertThat(writtenAgain(rich)).isEqualTo(expected.build());
  }

  @Test
  void unknownFieldsComeBack() throws IOException {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                1000,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(utf8("later"))
                    .addVarint(3)
                    .build())
            .build();
    ModelProto.Builder proto = TestModels.rich().toBuilder().setUnknownFields(unknown);
    proto.getGraphBuilder().setUnknownFields(unknown);
    proto
        .getGraphBuilder()
        .getNodeBuilder(0)
        .setUnknownFields(unknown)
        .getAttributeBuilder(1)
        .setUnknownFields(unknown);
    proto.getGraphBuilder().getInputBuilder(0).setUnknownFields(unknown);
    ModelProto again = writtenAgain(proto.build());
    assertThat(again.getUnknownFields()).isEqualTo(unknown);
    assertThat(again.getGraph().getUnknownFields()).isEqualTo(unknown);
    assertThat(again.getGraph().getNode(0).getUnknownFields()).isEqualTo(unknown);
    assertThat(again.getGraph().getNode(0).getAttribute(1).getUnknownFields()).isEqualTo(unknown);
    assertThat(again.getGraph().getInput(0)).isEqualTo(proto.getGraph().getInput(0));
  }

  @Test
  void attributesOfEveryKind() {
    Node node = read(TestModels.rich()).graph().nodes().getFirst();
    assertThat(node.integer("axis", 0)).isEqualTo(-1);
    assertThat(node.real("alpha", 0)).isEqualTo(0.5f);
    assertThat(node.text("mode", "")).isEqualTo("fast");
    assertThat(node.integers("pads")).containsExactly(1L, 2L);
    assertThat(tensorOf(node, "value").toLongs()).containsExactly(7, 8, 9);
    assertThat(node.attribute("many")).isInstanceOf(Attribute.OfOpaque.class);
    assertThat(node.attribute("then_branch"))
        .isInstanceOfSatisfying(
            Attribute.OfGraph.class,
            body ->
                assertThat(body.value().initializers().values())
                    .singleElement()
                    .satisfies(inner -> assertThat(inner.toLongs()).containsExactly(3, -4)));
  }

  /** As ONNX Runtime writes them. */
  @Test
  void whatIsWrongInABodyIsNotSeenWithoutBodies() throws IOException {
    ModelProto.Builder proto = TestModels.rich().toBuilder();
    GraphProto.Builder body =
        proto.getGraphBuilder().getNodeBuilder(0).getAttributeBuilderList().stream()
            .filter(attribute -> attribute.hasG())
            .findFirst()
            .orElseThrow()
            .getGBuilder();
    body.addInitializer(body.getInitializer(0));
    Path file = Files.write(folder.resolve("twice.onnx"), proto.build().toByteArray());
    assertThatThrownBy(() -> OnnxReader.read(file)).hasMessageContaining("defined twice");
    Node node = OnnxReader.readWithoutBodies(file).graph().nodes().getFirst();
    assertThat(node.bodies())
        .singleElement()
        .satisfies(b -> assertThat(b.initializers()).isEmpty());
    assertThat(tensorOf(node, "value").toLongs()).containsExactly(7, 8, 9);
  }

  @Test
  void attributeTypeIsInferredInOldFiles() {
    NodeProto.Builder old =
        node("Old", "y")
            .addAttribute(AttributeProto.newBuilder().setName("i").setI(4))
            .addAttribute(AttributeProto.newBuilder().setName("f").setF(2))
            .addAttribute(AttributeProto.newBuilder().setName("s").setS(utf8("t")))
            .addAttribute(AttributeProto.newBuilder().setName("ints").addInts(1))
            .addAttribute(AttributeProto.newBuilder().setName("floats").addFloats(1))
            .addAttribute(AttributeProto.newBuilder().setName("strings").addStrings(utf8("t")))
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("t")
                    .setT(tensor(DataType.UINT8).addInt32Data(6)))
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("g")
                    .setG(GraphProto.newBuilder().setName("body")))
            .addAttribute(AttributeProto.newBuilder().setName("nothing"));
    Node node = read(model(GraphProto.newBuilder().addNode(old))).graph().nodes().getFirst();
    assertThat(node.integer("i", 0)).isEqualTo(4);
    assertThat(node.real("f", 0)).isEqualTo(2);
    assertThat(node.text("s", "")).isEqualTo("t");
    assertThat(node.integers("ints")).containsExactly(1L);
    assertThat(node.attribute("floats")).isEqualTo(new Attribute.OfFloats(List.of(1f)));
    assertThat(node.attribute("strings")).isEqualTo(new Attribute.OfStrings(List.of("t")));
    assertThat(tensorOf(node, "t").longAt(0)).isEqualTo(6);
    assertThat(node.attribute("g")).isInstanceOf(Attribute.OfGraph.class);
    assertThat(node.attribute("nothing")).isInstanceOf(Attribute.OfOpaque.class);
  }

  @Test
  void referencesAndOtherEncodingsStayAsTheyAre() throws IOException {
    ByteString latin = ByteString.copyFrom(new byte[] {(byte) 0xE9});
    NodeProto.Builder odd =
        node("Odd", "y")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("r")
                    .setType(AttributeType.TENSOR)
                    .setRefAttrName("outer"))
            .addAttribute(
                AttributeProto.newBuilder().setName("l").setType(AttributeType.STRING).setS(latin))
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("ls")
                    .setType(AttributeType.STRINGS)
                    .addStrings(latin));
    ModelProto proto = model(GraphProto.newBuilder().addNode(odd));
    Node node = read(proto).graph().nodes().getFirst();
    assertThat(node.attribute("r"))
        .isInstanceOfSatisfying(
            Attribute.OfReference.class,
            reference -> assertThat(reference.name()).isEqualTo("outer"));
    assertThat(List.of("l", "ls"))
        .allSatisfy(
            name -> assertThat(node.attribute(name)).isInstanceOf(Attribute.OfOpaque.class));
    assertThat(writtenAgain(proto)).isEqualTo(proto);
  }

  @Test
  void referenceWithATensorBesideItComesBackWhole() throws IOException {
    NodeProto.Builder odd =
        node("Odd", "y")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("r")
                    .setRefAttrName("outer")
                    .setT(
                        tensor(DataType.UINT8, 3)
                            .setRawData(ByteString.copyFrom(new byte[] {1, 2, 3}))));
    ModelProto proto = model(GraphProto.newBuilder().addNode(odd));
    assertThat(writtenAgain(proto)).isEqualTo(proto);
  }

  @Test
  void standardDomainHasOneSpelling() {
    Model model =
        read(model(GraphProto.newBuilder().addNode(node("Relu", "y").setDomain("ai.onnx"))));
    assertThat(model.graph().nodes().getFirst().is("Relu")).isTrue();
    assertThat(model.opset()).isEqualTo(17);
  }

  @Test
  void functionsComeBack() throws IOException {
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setDomain("own")
            .setName("Twice")
            .addInput("x")
            .addOutput("y")
            .addAttribute("alpha")
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Constant")
                    .addOutput("y")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("value")
                            .setType(AttributeType.TENSOR)
                            .setT(
                                tensor(DataType.UINT8, 2)
                                    .setRawData(ByteString.copyFrom(new byte[] {1, 2})))))
            .setDocString("about");
    ModelProto proto = model(GraphProto.newBuilder()).toBuilder().addFunctions(function).build();
    Model model = read(proto);
    assertThat(model.functions().getFirst().name()).isEqualTo("Twice");
    assertThat(model.functions().getFirst().nodes().getFirst().is("Constant")).isTrue();
    assertThat(writtenAgain(proto)).isEqualTo(proto);
  }

  @Test
  void declaredTypes() {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimValue(3);
    shape.addDimBuilder().setDimParam("N");
    shape.addDimBuilder();
    shape.addDimBuilder().setDimValue(-1);
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(1);
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInput(
                ValueInfoProto.newBuilder()
                    .setName("a")
                    .setType(TypeProto.newBuilder().setTensorType(tensor.clone().setShape(shape))))
            .addInput(
                ValueInfoProto.newBuilder()
                    .setName("b")
                    .setType(TypeProto.newBuilder().setTensorType(tensor)))
            .addInput(ValueInfoProto.newBuilder().setName("c"));
    List<ValueInfo> inputs = read(model(graph)).graph().inputs();
    assertThat(inputs.get(0).type())
        .isEqualTo(
            new TensorType(
                DType.FLOAT32,
                List.of(
                    new Dimension.Fixed(3),
                    new Dimension.Symbolic("N"),
                    new Dimension.Unknown(),
                    new Dimension.Unknown())));
    assertThat(inputs.get(1).type()).isEqualTo(new TensorType(DType.FLOAT32, null));
    assertThat(inputs.get(2).type()).isNull();
  }

  @Test
  void typeThatWasChangedReplacesTheCarriedOne() throws IOException {
    Model model = read(TestModels.rich());
    ValueInfo input = model.graph().inputs().getFirst();
    assertThat(input.opaque().isEmpty()).as("carries the denotation").isFalse();
    ValueInfo changed =
        new ValueInfo(input.name(), TensorType.fixed(DType.INT8, 2), input.opaque());
    var graph = model.graph();
    Model edited =
        model.withGraph(
            new Graph(
                graph.name(),
                graph.nodes(),
                graph.initializers(),
                List.of(changed),
                graph.outputs(),
                graph.values(),
                graph.opaque()));
    Path out = folder.resolve("out.onnx");
    OnnxWriter.write(edited, out, ExternalData.WHEN_NEEDED);
    assertThat(OnnxReader.read(out).graph().inputs().getFirst().type())
        .isEqualTo(TensorType.fixed(DType.INT8, 2));
  }
}
