package dev.halftone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.checkpoint.gguf.Gguf;
import dev.halftone.checkpoint.gguf.GgufTensor;
import dev.halftone.checkpoint.gguf.GgufWriter;
import dev.halftone.checkpoint.gguf.MetadataValue;
import dev.halftone.checkpoint.gguf.TensorInfo;
import dev.halftone.checkpoint.gguf.TensorType.Blocks;
import dev.halftone.checkpoint.gguf.TensorType.Plain;
import dev.halftone.checkpoint.gguf.ValueType;
import dev.halftone.graph.Attribute;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.number.gguf.BlockType;
import dev.halftone.onnx.OnnxReader;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code quantize model.onnx --weights-from model.gguf}: what ONNX Runtime decodes has the bits of
 * what GGUF's blocks stand for.
 */
class BlocksQuantizeTest {
  private static final Path DATA =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "data", "llm");
  private static final int BLOCK = 32;
  private static final int HEADS = 4;
  private static final int COLUMNS = 96;
  private static final int ROWS = 128;

  @TempDir Path folder;

  private final Random random = new Random(23);
  private final List<GgufTensor> tensors = new ArrayList<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();

  /** Blocks that no quantizer made: any codes, scales of both signs, and some of 0. */
  private void add(String name, BlockType type) {
    int count = ROWS * COLUMNS / BLOCK;
    byte[] bytes = new byte[count * type.blockBytes()];
    random.nextBytes(bytes);
    for (int block = 0; block < count; block++) {
      float scale = block % 50 == 7 ? 0 : (float) random.nextGaussian();
      short half = Float.floatToFloat16(scale);
      bytes[block * type.blockBytes()] = (byte) half;
      bytes[block * type.blockBytes() + 1] = (byte) (half >> 8);
    }
    float[] decoded = new float[ROWS * COLUMNS];
    type.dequantize(bytes, 0, decoded, 0, decoded.length);
    values.put(name, decoded);
    tensors.add(
        new GgufTensor(
            new TensorInfo(name, new Blocks(type), new long[] {COLUMNS, ROWS}),
            MemorySegment.ofArray(bytes)));
  }

  private Path gguf() {
    SequencedMap<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", MetadataValue.of("llama"));
    metadata.put("llama.attention.head_count", MetadataValue.of(ValueType.UINT32, HEADS));
    Path file = folder.resolve("model.gguf");
    GgufWriter.write(file, metadata, tensors);
    return file;
  }

  /** Rows of pairs in the order that transformers have: the first of all, then the second. */
  private static float[] unpaired(float[] paired) {
    float[] rows = new float[paired.length];
    int head = ROWS / HEADS;
    for (int row = 0; row < ROWS; row++) {
      int within = row % head;
      int target = row - within + within % 2 * (head / 2) + within / 2;
      System.arraycopy(paired, row * COLUMNS, rows, target * COLUMNS, COLUMNS);
    }
    return rows;
  }

  private static float[] turned(float[] rows) {
    float[] columns = new float[rows.length];
    for (int n = 0; n < ROWS; n++)
      for (int k = 0; k < COLUMNS; k++) columns[k * ROWS + n] = rows[n * COLUMNS + k];
    return columns;
  }

  /** What the graph had before it was quantized, about. */
  private float[] noisy(float[] exact) {
    float[] near = exact.clone();
    for (int i = 0; i < near.length; i++) near[i] += 0.05f * (float) random.nextGaussian();
    return near;
  }

  /** Four products under names that tell nothing, two of them as Gemm has weights. */
  private Path onnx() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("a", matrix(turned(expected("a")), COLUMNS, ROWS));
    weights.put("b", matrix(turned(expected("b")), COLUMNS, ROWS));
    weights.put("c", matrix(expected("c"), ROWS, COLUMNS));
    weights.put("other", matrix(new float[COLUMNS * ROWS], COLUMNS, ROWS));
    List<Node> nodes = new ArrayList<>();
    List<ValueInfo> outputs = new ArrayList<>();
    for (String name : weights.keySet()) {
      String type = name.equals("c") ? "Gemm" : "MatMul";
      Node node = Node.of("node_" + name, type, List.of("x", name), List.of("y_" + name));
      nodes.add(
          name.equals("c") ? node.withAttributes(Map.of("transB", new Attribute.OfInt(1))) : node);
      outputs.add(new ValueInfo("y_" + name, null));
    }
    Graph graph =
        new Graph(
            "g",
            nodes,
            weights,
            List.of(new ValueInfo("x", TensorType.fixed(DType.FLOAT32, COLUMNS, COLUMNS))),
            outputs,
            List.of(),
            Opaque.NONE);
    Path file = folder.resolve("model.onnx");
    Model model =
        new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
    OnnxWriter.write(model, file, ExternalData.WHEN_NEEDED);
    return file;
  }

  private Tensor matrix(float[] exact, long... shape) {
    return Tensor.ofFloats(noisy(exact), shape);
  }

  /** The rows {@code [ROWS, COLUMNS]} that a weight of the graph has to become. */
  private float[] expected(String weight) {
    return switch (weight) {
      case "a" -> unpaired(Objects.requireNonNull(values.get("blk.0.attn_q.weight")));
      case "b" -> Objects.requireNonNull(values.get("blk.0.ffn_up.weight"));
      default -> Objects.requireNonNull(values.get("blk.0.ffn_gate.weight"));
    };
  }

  @Test
  void decodedValuesHaveTheBitsOfTheBlocks() {
    addAll();
    JsonNode json = run(onnx(), gguf(), "out.onnx");
    Model made = OnnxReader.read(folder.resolve("out.onnx"));
    List<String> taps = List.of("a_dequantized", "b_dequantized", "c_dequantized");
    Map<String, Tensor> found = run(made, taps);
    for (String name : List.of("a", "b", "c"))
      assertSameBits(found.get(name + "_dequantized"), turned(expected(name)));
    assertThat(json.get("layers").valueStream().filter(one -> one.get("quantized").asBoolean()))
        .hasSize(3);
    assertThat(json.get("warnings").valueStream().map(JsonNode::asString))
        .anyMatch(warning -> warning.contains("has the weight of blk.0.unused.weight"))
        .anyMatch(warning -> warning.contains("blk.0.float.weight (F32)"));
    assertThat(made.graph().initializers().get("other")).isNotNull();
    assertThat(made.metadata()).containsKey("halftone.weights.sha256");
  }

  /** Products with the unit matrix, without rounding inputs to 8 bits, give the weights. */
  @Test
  void productsInOneNodeHaveTheBitsToo() {
    addAll();
    run(onnx(), gguf(), "out.onnx", "--matmul-nbits");
    Model made = exact(OnnxReader.read(folder.resolve("out.onnx")));
    assertThat(made.graph().nodes().stream().filter(node -> node.opType().equals("MatMulNBits")))
        .hasSize(3);
    Map<String, Tensor> found = run(made, List.of());
    for (String name : List.of("a", "b", "c"))
      assertSameBits(found.get("y_" + name), turned(expected(name)));
  }

  private void addAll() {
    add("blk.0.attn_q.weight", BlockType.Q4_0);
    add("blk.0.ffn_up.weight", BlockType.Q8_0);
    add("blk.0.ffn_gate.weight", BlockType.Q4_0);
    add("blk.0.unused.weight", BlockType.Q8_0);
    TensorInfo plain = new TensorInfo("blk.0.float.weight", Plain.F32, new long[] {4, 4});
    tensors.add(new GgufTensor(plain, MemorySegment.ofArray(new byte[64])));
  }

  /** The model with products of float activations, where they would be rounded to 8 bits. */
  static Model exact(Model model) {
    Graph graph = model.graph();
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                node -> {
                  Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
                  attributes.replace("accuracy_level", new Attribute.OfInt(1));
                  return node.withAttributes(attributes);
                })
            .toList();
    return model.withGraph(
        new Graph(
            graph.name(),
            nodes,
            graph.initializers(),
            graph.inputs(),
            graph.outputs(),
            graph.values(),
            graph.opaque()));
  }

  private static Map<String, Tensor> run(Model model, List<String> taps) {
    float[] unit = new float[COLUMNS * COLUMNS];
    for (int i = 0; i < COLUMNS; i++) unit[i * COLUMNS + i] = 1;
    try (RunnableModel runnable = RunnableModel.open(model, taps, RunOptions.asWritten())) {
      return runnable.run(Map.of("x", Tensor.ofFloats(unit, COLUMNS, COLUMNS)));
    }
  }

  private static void assertSameBits(@Nullable Tensor found, float[] expected) {
    float[] values = Objects.requireNonNull(found).toFloats();
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      // A block whose scale is 0 has zeros of either sign.
      if (expected[i] == 0 && values[i] == 0) continue;
      assertThat(Float.floatToRawIntBits(values[i]))
          .as("value %d", i)
          .isEqualTo(Float.floatToRawIntBits(expected[i]));
    }
  }

  @Test
  void storiesRunWithTheBlocksOfTheirGguf() throws IOException {
    Path stories = DATA.resolve("stories260K");
    assumeTrue(Files.exists(stories), "data/llm/stories260K is not there");
    for (String type : new String[] {"Q4_0", "Q8_0"}) {
      Path gguf = folder.resolve(type + ".gguf");
      CommandRun made =
          CommandRun.of(
              "quantize",
              stories.resolve("stories260K-F32.gguf"),
              "--weights",
              type,
              "--pure",
              "-o",
              gguf);
      assertThat(made.code()).as(made.err()).isZero();
      JsonNode json = run(stories.resolve("stories260K.onnx"), gguf, type + ".onnx");
      long quantized =
          json.get("layers").valueStream().filter(one -> one.get("quantized").asBoolean()).count();
      // Rows of ffn_down are no whole blocks; six other matrices in each of five layers.
      assertThat(quantized).isEqualTo(30);
      Gguf blocks = Gguf.read(gguf);
      Model model = OnnxReader.read(folder.resolve(type + ".onnx"));
      long[] ids = {1, 403, 407, 261};
      try (RunnableModel runnable =
          RunnableModel.open(
              model, List.of("l0_o_w_dequantized", "l0_q_w_dequantized"), RunOptions.asWritten())) {
        Map<String, Tensor> found =
            runnable.run(Map.of("input_ids", Tensor.ofLongs(ids, 1, ids.length)));
        assertThat(transposed(found.get("l0_o_w_dequantized"), 64, 64))
            .isEqualTo(decoded(blocks, "blk.0.attn_output.weight"));
        float[] queries = decoded(blocks, "blk.0.attn_q.weight");
        assertThat(transposed(found.get("l0_q_w_dequantized"), 64, 64))
            .isNotEqualTo(queries)
            .containsExactlyInAnyOrder(queries);
      }
    }
  }

  private static float[] transposed(@Nullable Tensor tensor, int rows, int columns) {
    float[] values = Objects.requireNonNull(tensor).toFloats();
    float[] turned = new float[values.length];
    for (int k = 0; k < rows; k++)
      for (int n = 0; n < columns; n++) turned[n * rows + k] = values[k * columns + n];
    return turned;
  }

  private static float[] decoded(Gguf gguf, String name) {
    GgufTensor tensor = Objects.requireNonNull(gguf.tensors().get(name));
    BlockType type = ((Blocks) tensor.type()).type();
    byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
    float[] values = new float[Math.toIntExact(tensor.info().rows() * tensor.info().columns())];
    type.dequantize(bytes, 0, values, 0, values.length);
    return values;
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws IOException {
    add("blk.0.attn_q.weight", BlockType.Q4_0);
    add("blk.0.ffn_up.weight", BlockType.Q8_0);
    add("blk.0.ffn_gate.weight", BlockType.Q4_0);
    Path model = onnx();
    Path gguf = gguf();
    Path out = folder.resolve("out.onnx");
    assertRefused(2, "-o OUT is missing", model, "--weights-from", gguf);
    assertRefused(
        2,
        "--weights has no meaning",
        model,
        "--weights-from",
        gguf,
        "--weights",
        "int4",
        "-o",
        out);
    assertRefused(2, "is for ONNX models", gguf, "--weights-from", gguf, "-o", out);
    tensors.clear();
    add("blk.0.something.weight", BlockType.Q4_0);
    gguf();
    assertRefused(
        3, "no matrix of %s is like one".formatted(gguf), model, "--weights-from", gguf, "-o", out);
    tensors.clear();
    gguf();
    assertRefused(3, "no matrix of Q4_0 or Q8_0 blocks", model, "--weights-from", gguf, "-o", out);
    assertThat(CommandRun.files(folder)).containsExactly("model.gguf", "model.onnx");
  }

  private void assertRefused(int code, String message, Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of("quantize"), Stream.of(arguments)).toArray());
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err().lines().findFirst().orElseThrow()).contains(message);
  }

  private JsonNode run(Path model, Path gguf, String out, Object... options) {
    Object[] start = {
      "quantize", model, "--weights-from", gguf, "-o", folder.resolve(out), "--json", "-"
    };
    CommandRun run = CommandRun.of(Stream.concat(Stream.of(start), Stream.of(options)).toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return JsonMapper.shared().readTree(run.out());
  }
}
