package dev.halftone.graph.opset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.Function;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.opset.OpsetUpgrade.Result;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OpsetUpgradeTest {
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private TensorType inputType = TensorType.fixed(DType.FLOAT32, 1, 4, 6, 6);

  private static Node node(
      String opType, List<String> inputs, List<String> outputs, Object... keysAndValues) {
    Node node = Node.of("n", opType, inputs, outputs);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      node = node.withAttribute((String) keysAndValues[i], attribute(keysAndValues[i + 1]));
    }
    return node;
  }

  private static Attribute attribute(Object value) {
    return switch (value) {
      case Integer number -> new Attribute.OfInt(number);
      case Float number -> new Attribute.OfFloat(number);
      case String text -> new Attribute.OfString(text);
      case long[] numbers ->
          new Attribute.OfInts(java.util.Arrays.stream(numbers).boxed().toList());
      case float[] numbers -> {
        List<Float> list = new java.util.ArrayList<>();
        for (float number : numbers) list.add(number);
        yield new Attribute.OfFloats(list);
      }
      case Graph body -> new Attribute.OfGraph(body);
      case Tensor tensor -> new Attribute.OfTensor(tensor);
      default -> throw new IllegalArgumentException(value.getClass().getName());
    };
  }

  private static Node unary(String opType, Object... keysAndValues) {
    return node(opType, List.of("x"), List.of("y"), keysAndValues);
  }

  private Graph graph(Node... nodes) {
    return new Graph(
        "g",
        List.of(nodes),
        initializers,
        List.of(new ValueInfo("x", inputType)),
        List.of(new ValueInfo("y", null)),
        List.of(),
        Opaque.NONE);
  }

  private static Model model(long opset, Graph graph, Function... functions) {
    return new Model(
        3, new TreeMap<>(Map.of("", opset)), graph, List.of(functions), Map.of(), Opaque.NONE);
  }

  private Model raised(long from, long to, Node... nodes) {
    Result result = OpsetUpgrade.to(model(from, graph(nodes)), to);
    assertThat(result).isInstanceOf(Result.Raised.class);
    return ((Result.Raised) result).model();
  }

  private Node raisedNode(long from, long to, Node node) {
    List<Node> nodes = raised(from, to, node).graph().nodes();
    assertThat(nodes).hasSize(1);
    return nodes.getFirst();
  }

  private String refused(long from, long to, Node... nodes) {
    Result result = OpsetUpgrade.to(model(from, graph(nodes)), to);
    assertThat(result).isInstanceOf(Result.Refused.class);
    Result.Refused refused = (Result.Refused) result;
    return refused.node() + ": " + refused.reason();
  }

  private static Tensor input(Model model, int node, int index) {
    return Objects.requireNonNull(
        model.graph().initializers().get(model.graph().nodes().get(node).input(index)));
  }

  private static <T extends Attribute> T attribute(Node node, String name, Class<T> kind) {
    return kind.cast(Objects.requireNonNull(node.attribute(name)));
  }

  @Test
  void versionsAreSet() {
    Model model = raised(7, 21, unary("Relu"));
    assertThat(model.opset()).isEqualTo(21);
    assertThat(model.irVersion()).isEqualTo(10);
    assertThat(model.graph().nodes()).containsExactly(unary("Relu"));
  }

  @Test
  void irVersionFollowsTheOpset() {
    assertThat(raised(7, 11, unary("Relu")).irVersion()).isEqualTo(6);
    assertThat(raised(7, 13, unary("Relu")).irVersion()).isEqualTo(7);
    assertThat(raised(7, 23, unary("Relu")).irVersion()).isEqualTo(11);
    assertThat(raised(7, 24, unary("Relu")).irVersion()).isEqualTo(12);
    assertThat(raised(7, 25, unary("Relu")).irVersion()).isEqualTo(13);
  }

  @Test
  void newEnoughModelStaysAsItIs() {
    Model model = model(17, graph(unary("Custom")));
    assertThat(OpsetUpgrade.to(model, 13)).isEqualTo(new Result.Raised(model));
  }

  @Test
  void initializersAreInputsNoLonger() {
    initializers.put("w", Tensor.scalar(1));
    Graph graph = graph(unary("Relu"));
    List<ValueInfo> inputs = List.of(graph.inputs().getFirst(), new ValueInfo("w", null));
    Graph listed =
        new Graph(
            "g", graph.nodes(), initializers, inputs, graph.outputs(), List.of(), Opaque.NONE);
    Model raised = ((Result.Raised) OpsetUpgrade.to(model(8, listed), 13)).model();
    assertThat(raised.graph().inputs()).containsExactly(graph.inputs().getFirst());
    Model later = ((Result.Raised) OpsetUpgrade.to(model(9, listed).withIrVersion(4), 13)).model();
    assertThat(later.graph().inputs()).as("may be given by a caller").hasSize(2);
  }

  @Test
  void unknownOperatorIsRefused() {
    assertThat(refused(7, 13, unary("ATen")))
        .startsWith("n (ATen): not an operator of the standard set");
  }

  @Test
  void otherDomainsAreLeftAlone() {
    Node custom =
        new Node(
            "n",
            "com.example",
            "Clip",
            List.of("x"),
            List.of("y"),
            Map.of("min", new Attribute.OfFloat(0)),
            Opaque.NONE);
    assertThat(raisedNode(7, 21, custom)).isEqualTo(custom);
  }

  @Test
  void tooOldAndTooNewAreRefused() {
    assertThat(refused(6, 13, unary("Relu"))).isEqualTo("n (Relu): opset 6 is older than 7");
    assertThat(refused(7, 99, unary("Relu"))).isEqualTo("opset 99: only known up to 25");
  }

  @Test
  void batchNormalization() {
    List<String> inputs = List.of("x", "s", "b", "m", "v");
    Node old =
        node(
            "BatchNormalization",
            inputs,
            List.of("y", "mean", "var"),
            "spatial",
            1,
            "epsilon",
            1e-3f);
    assertThat(raisedNode(7, 21, old))
        .isEqualTo(node("BatchNormalization", inputs, List.of("y"), "epsilon", 1e-3f));
    assertThat(refused(7, 9, unary("BatchNormalization", "spatial", 0))).contains("spatial=0");
    Node reader = Node.of("r", "Relu", List.of("mean"), List.of("z"));
    assertThat(refused(9, 14, old, reader)).contains("training outputs are used");
  }

  @Test
  void clipBoundsBecomeInputs() {
    Model model = raised(7, 13, unary("Clip", "min", 0f, "max", 6f));
    assertThat(model.graph().nodes().getFirst().attributes()).isEmpty();
    assertThat(input(model, 0, 1).floatAt(0)).isEqualTo(0);
    assertThat(input(model, 0, 2).floatAt(0)).isEqualTo(6);
    assertThat(input(model, 0, 2).rank()).isZero();
    Model upper = raised(7, 13, unary("Clip", "max", 6f));
    assertThat(upper.graph().nodes().getFirst().input(1)).isEmpty();
    assertThat(input(upper, 0, 2).floatAt(0)).isEqualTo(6);
    assertThat(raisedNode(7, 13, unary("Clip"))).isEqualTo(unary("Clip"));
  }

  @Test
  void clipBoundsHaveTheInputsType() {
    inputType = TensorType.fixed(DType.FLOAT16, 2);
    Node relu = Node.of("r", "Relu", List.of("x"), List.of("z"));
    Node clip = node("Clip", List.of("z"), List.of("y"), "max", 6f);
    Tensor bound = input(raised(7, 13, relu, clip), 1, 2);
    assertThat(bound.dtype()).isEqualTo(DType.FLOAT16);
    assertThat(bound.floatAt(0)).isEqualTo(6);
  }

  @Test
  void clipOfUnknownTypeIsRefusedWhenTypesAreMixed() {
    initializers.put(
        "other",
        Tensor.of(
            DType.FLOAT16, new long[0], java.lang.foreign.MemorySegment.ofArray(new short[1])));
    Node unknown =
        new Node("u", "com.example", "Mystery", List.of("x"), List.of("z"), Map.of(), Opaque.NONE);
    assertThat(refused(7, 13, unknown, node("Clip", List.of("z"), List.of("y"), "max", 6f)))
        .contains("element type");
    initializers.clear();
    Model single = raised(7, 13, unknown, node("Clip", List.of("z"), List.of("y"), "max", 6f));
    assertThat(input(single, 1, 2).dtype()).isEqualTo(DType.FLOAT32);
  }

  @Test
  void dropout() {
    Node old = node("Dropout", List.of("x"), List.of("y", "mask"), "ratio", 0.5f);
    assertThat(raisedNode(7, 13, old))
        .isEqualTo(node("Dropout", List.of("x"), List.of("y", "mask")));
    assertThat(refused(7, 13, old, Node.of("r", "Relu", List.of("mask"), List.of("z"))))
        .contains("mask");
  }

  @Test
  void padBecomesInputs() {
    long[] pads = {0, 0, 1, 1, 0, 0, 1, 1};
    Model model = raised(7, 13, unary("Pad", "pads", pads, "value", 2f));
    assertThat(input(model, 0, 1).toLongs()).containsExactly(pads);
    assertThat(input(model, 0, 2).floatAt(0)).isEqualTo(2);
    Model zero = raised(7, 13, unary("Pad", "pads", pads, "mode", "edge", "value", 2f));
    assertThat(zero.graph().nodes().getFirst().inputs()).hasSize(2);
    assertThat(zero.graph().nodes().getFirst().text("mode", "")).isEqualTo("edge");
  }

  @Test
  void sliceBecomesInputs() {
    Model model =
        raised(
            7,
            13,
            unary(
                "Slice",
                "starts",
                new long[] {1},
                "ends",
                new long[] {-1},
                "axes",
                new long[] {2}));
    assertThat(input(model, 0, 1).toLongs()).containsExactly(1);
    assertThat(input(model, 0, 2).toLongs()).containsExactly(-1);
    assertThat(input(model, 0, 3).toLongs()).containsExactly(2);
    assertThat(refused(7, 13, unary("Slice", "ends", new long[] {1}))).contains("starts");
  }

  @Test
  void topKBecomesInput() {
    Model model = raised(7, 13, node("TopK", List.of("x"), List.of("y", "i"), "k", 3, "axis", 1));
    assertThat(input(model, 0, 1).toLongs()).containsExactly(3);
    assertThat(model.graph().nodes().getFirst().integer("axis", 0)).isEqualTo(1);
    assertThat(refused(7, 13, unary("TopK"))).contains("no k");
  }

  @Test
  void axesBecomeInputsAtTheirVersion() {
    for (String at13 : List.of("Squeeze", "Unsqueeze", "ReduceSum")) {
      Node old = unary(at13, "axes", new long[] {1});
      assertThat(raisedNode(11, 12, old)).isEqualTo(old);
      assertThat(input(raised(11, 13, old), 0, 1).toLongs()).as(at13).containsExactly(1);
    }
    for (String at18 :
        List.of(
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceSumSquare")) {
      Node old = unary(at18, "axes", new long[] {2, 3}, "keepdims", 0);
      assertThat(raisedNode(11, 17, old)).isEqualTo(old);
      Model model = raised(11, 18, old);
      assertThat(input(model, 0, 1).toLongs()).as(at18).containsExactly(2, 3);
      assertThat(model.graph().nodes().getFirst().attributes()).containsOnlyKeys("keepdims");
    }
    assertThat(raisedNode(11, 21, unary("ReduceMean"))).isEqualTo(unary("ReduceMean"));
    assertThat(refused(11, 13, unary("Unsqueeze"))).contains("no axes");
  }

  @Test
  void split() {
    Model sized =
        raised(
            11,
            18,
            node("Split", List.of("x"), List.of("y", "z"), "axis", 1, "split", new long[] {1, 3}));
    assertThat(input(sized, 0, 1).toLongs()).containsExactly(1, 3);
    assertThat(sized.graph().nodes().getFirst().attributes()).containsOnlyKeys("axis");
    Node equal = node("Split", List.of("x"), List.of("y", "z"), "axis", 1);
    assertThat(raisedNode(11, 17, equal)).isEqualTo(equal);
    assertThat(raisedNode(11, 18, equal).integer("num_outputs", 0)).isEqualTo(2);
  }

  @Test
  void softmaxAlongTheLastAxisThatCounts() {
    inputType = TensorType.fixed(DType.FLOAT32, 2, 10);
    assertThat(raisedNode(9, 13, unary("Softmax"))).isEqualTo(unary("Softmax", "axis", 1));
    inputType = TensorType.fixed(DType.FLOAT32, 1, 1000, 1, 1);
    assertThat(raisedNode(9, 13, unary("LogSoftmax", "axis", 1)))
        .isEqualTo(unary("LogSoftmax", "axis", 1));
    inputType = new TensorType(DType.FLOAT32, null);
    assertThat(raisedNode(11, 13, unary("Hardmax", "axis", -1)))
        .isEqualTo(unary("Hardmax", "axis", -1));
    Node gemm = Node.of("g", "Gemm", List.of("x", "w"), List.of("z"));
    Model behindGemm = raised(9, 13, gemm, node("Softmax", List.of("z"), List.of("y")));
    assertThat(behindGemm.graph().nodes())
        .containsExactly(gemm, node("Softmax", List.of("z"), List.of("y"), "axis", 1));
  }

  @Test
  void softmaxOverSeveralAxesIsSpelledOut() {
    List<Node> nodes = raised(9, 13, unary("Softmax", "axis", 1)).graph().nodes();
    assertThat(nodes)
        .extracting(Node::opType)
        .containsExactly("Shape", "Flatten", "Softmax", "Reshape");
    assertThat(nodes.get(0).inputs()).containsExactly("x");
    assertThat(nodes.get(1).inputs()).containsExactly("x");
    assertThat(nodes.get(1).integer("axis", 0)).isEqualTo(1);
    assertThat(nodes.get(2).inputs()).isEqualTo(nodes.get(1).outputs());
    assertThat(nodes.get(2).integer("axis", 0)).isEqualTo(-1);
    assertThat(nodes.get(2).name()).isEqualTo("n");
    assertThat(nodes.get(3).inputs())
        .containsExactly(nodes.get(2).output(0), nodes.get(0).output(0));
    assertThat(nodes.get(3).outputs()).containsExactly("y");
  }

  @Test
  void upsampleBecomesResize() {
    for (long opset : List.of(7L, 8L)) {
      Model model =
          raised(
              opset, 13, unary("Upsample", "scales", new float[] {1, 1, 2, 2}, "mode", "nearest"));
      assertThat(input(model, 0, 2).toFloats()).containsExactly(1, 1, 2, 2);
      assertThat(input(model, 0, 1).count()).isZero();
      Node resize = model.graph().nodes().getFirst();
      assertThat(resize.is("Resize")).isTrue();
      assertThat(resize.text("coordinate_transformation_mode", "")).isEqualTo("asymmetric");
      assertThat(resize.text("nearest_mode", "")).isEqualTo("floor");
    }
    Node computed = node("Upsample", List.of("x", "s"), List.of("y"), "mode", "linear");
    Node resize = raised(9, 13, computed).graph().nodes().getFirst();
    assertThat(resize.input(2)).isEqualTo("s");
    assertThat(resize.text("mode", "")).isEqualTo("linear");
    assertThat(refused(9, 10, computed)).contains("opset 10 has no Upsample");
  }

  @Test
  void resizeSaysItsCoordinates() {
    Node old = node("Resize", List.of("x", "s"), List.of("y"), "mode", "nearest");
    assertThat(refused(10, 13, old)).contains("its scales are not constant numbers");
    initializers.put("s", Tensor.ofFloats(new float[] {1, 1, 2, 2}, 4));
    assertThat(raised(10, 13, old).graph().nodes().getFirst().text("nearest_mode", ""))
        .isEqualTo("floor");
    initializers.put("s", Tensor.ofFloats(new float[] {1, 1, 0.5f, 0.5f}, 4));
    assertThat(raised(10, 13, old).graph().nodes().getFirst().text("nearest_mode", ""))
        .isEqualTo("ceil");
    initializers.put("s", Tensor.ofFloats(new float[] {1, 1, 0.5f, 2}, 4));
    assertThat(refused(10, 13, old)).contains("shrinks along one axis");
    Node linear = node("Resize", List.of("x", "s"), List.of("y"), "mode", "linear");
    Node raised = raised(10, 13, linear).graph().nodes().getFirst();
    assertThat(raised.text("coordinate_transformation_mode", "")).isEqualTo("asymmetric");
    assertThat(raised.attribute("nearest_mode")).isNull();
    Node gone = unary("Resize", "coordinate_transformation_mode", "tf_half_pixel_for_nn");
    assertThat(refused(11, 13, gone)).contains("tf_half_pixel_for_nn");
  }

  @Test
  void resizeTakesEitherScalesOrSizes() {
    initializers.put("none", Tensor.ofFloats(new float[0], 0));
    initializers.put("no_sizes", Tensor.ofLongs(new long[0], 0));
    Node bySizes = node("Resize", List.of("x", "none", "none", "sizes"), List.of("y"));
    assertThat(raisedNode(11, 12, bySizes)).isEqualTo(bySizes);
    assertThat(raisedNode(11, 13, bySizes).inputs()).containsExactly("x", "none", "", "sizes");
    Node byScales = node("Resize", List.of("x", "none", "scales", "no_sizes"), List.of("y"));
    assertThat(raisedNode(11, 13, byScales).inputs()).containsExactly("x", "none", "scales");
  }

  @Test
  void otherChanges() {
    assertThat(raisedNode(9, 11, node("Scatter", List.of("x", "i", "u"), List.of("y"), "axis", 1)))
        .isEqualTo(node("ScatterElements", List.of("x", "i", "u"), List.of("y"), "axis", 1));
    assertThat(raisedNode(10, 16, unary("RoiAlign")).text("coordinate_transformation_mode", ""))
        .isEqualTo("output_half_pixel");
    assertThat(raisedNode(16, 20, unary("GridSample", "mode", "bicubic")).text("mode", ""))
        .isEqualTo("cubic");
    assertThat(raisedNode(16, 20, unary("GridSample")).text("mode", "")).isEqualTo("linear");
    assertThat(input(raised(17, 20, unary("DFT")), 0, 2).toLongs()).containsExactly(1);
    assertThat(refused(18, 21, unary("GroupNormalization"))).contains("per channel");
    assertThat(refused(8, 9, unary("Scan"))).contains("batch axis");
    assertThat(refused(8, 9, unary("MeanVarianceNormalization"))).contains("experimental");
  }

  @Test
  void bodiesAreRaisedAndSeeTheGraphAround() {
    inputType = TensorType.fixed(DType.FLOAT16, 1, 10);
    Node clip = node("Clip", List.of("x"), List.of("c"), "max", 6f);
    Node softmax = node("Softmax", List.of("c"), List.of("s"));
    Graph body =
        new Graph(
            "then",
            List.of(clip, softmax),
            Map.of(),
            List.of(),
            List.of(new ValueInfo("s", null)),
            List.of(),
            Opaque.NONE);
    Node choice = node("If", List.of("x"), List.of("y"), "then_branch", body);
    Node outer = Node.of("n_max", "Relu", List.of("x"), List.of("n_max"));
    Node raised = raised(9, 13, outer, choice).graph().nodes().getLast();
    Graph then = attribute(raised, "then_branch", Attribute.OfGraph.class).value();
    assertThat(then.initializers()).containsOnlyKeys("n_max_1");
    assertThat(then.initializers().values())
        .singleElement()
        .extracting(Tensor::dtype)
        .isEqualTo(DType.FLOAT16);
    assertThat(then.nodes().get(1))
        .isEqualTo(softmax.withAttribute("axis", new Attribute.OfInt(1)));
  }

  @Test
  void functionsAreRaisedWithConstantNodes() {
    Node squeeze = node("Squeeze", List.of("a"), List.of("b"), "axes", new long[] {0});
    Function function =
        new Function(
            "own",
            "F",
            List.of("a"),
            List.of("b"),
            List.of(squeeze),
            new TreeMap<>(Map.of("", 11L)),
            Map.of(),
            Opaque.NONE);
    Node call = new Node("call", "own", "F", List.of("x"), List.of("y"), Map.of(), Opaque.NONE);
    Model raised = ((Result.Raised) OpsetUpgrade.to(model(11, graph(call), function), 13)).model();
    Function now = raised.functions().getFirst();
    assertThat(now.opsets()).containsEntry("", 13L);
    assertThat(now.nodes()).extracting(Node::opType).containsExactly("Constant", "Squeeze");
    assertThat(now.nodes().get(1).inputs()).containsExactly("a", now.nodes().get(0).output(0));
    assertThat(attribute(now.nodes().get(0), "value", Attribute.OfTensor.class).value().toLongs())
        .containsExactly(0);
  }

  @Test
  void attributeThatAFunctionIsGivenIsRefused() {
    Node squeeze =
        unary("Squeeze").withAttribute("axes", new Attribute.OfOpaque(Opaque.of(new byte[] {1})));
    assertThat(refused(11, 13, squeeze)).contains("attribute axes is not a plain value");
  }

  @Test
  void symbolicAxesAreNotOfSizeOne() {
    inputType =
        new TensorType(
            DType.FLOAT32,
            List.of(new Dimension.Fixed(1), new Dimension.Fixed(3), new Dimension.Symbolic("n")));
    assertThat(raised(9, 13, unary("Softmax")).graph().nodes()).hasSize(4);
  }
}
