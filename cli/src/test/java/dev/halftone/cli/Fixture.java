package dev.halftone.cli;

import dev.halftone.graph.Dimension;
import dev.halftone.graph.Graph;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.ValueInfo;
import dev.halftone.graph.edit.GraphEditor;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/** A small classifier with samples and the labels that it gives them itself, as files. */
final class Fixture {
  static final int INPUTS = 64;
  static final int HIDDEN = 128;
  static final int CLASSES = 4;
  static final int SAMPLES = 256;

  private final Path folder;
  private final float[] first = gaussian(1, INPUTS * HIDDEN, 0.25f);
  private final float[] second = gaussian(2, HIDDEN * CLASSES, 0.25f);
  private final float[] samples = gaussian(3, SAMPLES * INPUTS, 1f);

  Fixture(Path folder) {
    this.folder = folder;
  }

  /** {@code x [N, 64] → relu(x · W1) · W2 → y [N, 4]}. */
  Path model() {
    return write("model.onnx", dense(first, second), ExternalData.WHEN_NEEDED);
  }

  Path modelWithExternalData() {
    return write("external.onnx", dense(first, second), ExternalData.ALWAYS);
  }

  /** The same network with other weights: it agrees with the first by chance only. */
  Path otherModel() {
    return write(
        "other.onnx", dense(gaussian(4, INPUTS * HIDDEN, 0.25f), second), ExternalData.WHEN_NEEDED);
  }

  /**
   * {@code y + 0 · exp(2 x · s)} with a sample {@code s}: the same answers, but no number to s. Of
   * the others none has so large a product with it that its exponential is infinite.
   */
  Path modelWithoutAnAnswerTo(int sample) {
    float[] twice = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) twice[i] = 2 * samples[sample * INPUTS + i];
    Model dense = dense(first, second);
    GraphEditor editor = new GraphEditor(dense.graph());
    editor.addInitializer("s", Tensor.ofFloats(twice, INPUTS, 1));
    editor.addInitializer("zero", Tensor.scalar(0));
    for (Node node : editor.nodes())
      if (node.name().equals("second")) editor.replace(node, node.withOutputs(List.of("answer")));
    editor.add(Node.of("like", "MatMul", List.of("x", "s"), List.of("like")));
    editor.add(Node.of("exp", "Exp", List.of("like"), List.of("exp")));
    editor.add(Node.of("none", "Mul", List.of("exp", "zero"), List.of("none")));
    editor.add(Node.of("sum", "Add", List.of("answer", "none"), List.of("y")));
    return write("unanswered.onnx", dense.withGraph(editor.toGraph()), ExternalData.WHEN_NEEDED);
  }

  Path modelWithNan() {
    float[] spoilt = first.clone();
    spoilt[17] = Float.NaN;
    return write("nan.onnx", dense(spoilt, second), ExternalData.WHEN_NEEDED);
  }

  /** 256 MB in one layer: long enough in the writing to be caught at it. */
  Path largeModel() {
    int side = 8192;
    float[] weights = new float[side * side];
    for (int i = 0; i < weights.length; i++) weights[i] = (i * 31 % 1009 - 504) / 504f;
    List<Node> nodes = List.of(Node.of("large", "MatMul", List.of("x", "w"), List.of("y")));
    return write(
        "large.onnx",
        model(nodes, Map.of("w", Tensor.ofFloats(weights, side, side)), type(side)),
        ExternalData.WHEN_NEEDED);
  }

  /** {@code x [N, 3, 8, 8]} through one convolution and a mean to {@code y [N, 4]}. */
  Path imageModel() {
    List<Node> nodes =
        List.of(
            Node.of("conv", "Conv", List.of("x", "w"), List.of("c")),
            Node.of("mean", "GlobalAveragePool", List.of("c"), List.of("m")),
            Node.of("flat", "Flatten", List.of("m"), List.of("y")));
    Map<String, Tensor> weights =
        Map.of("w", Tensor.ofFloats(gaussian(5, CLASSES * 27, 0.2f), CLASSES, 3, 3, 3));
    return write("image.onnx", model(nodes, weights, type(3, 8, 8)), ExternalData.WHEN_NEEDED);
  }

  /** Weights stored as integers, and an operator that no runtime has. */
  Path modelWithUnknownOperator() {
    List<Node> nodes =
        List.of(
            Node.of("weight", "DequantizeLinear", List.of("codes", "scale"), List.of("w")),
            Node.of("product", "MatMul", List.of("x", "w"), List.of("h")),
            Node.of("odd", "NobodyKnows", List.of("h"), List.of("y")));
    Map<String, Tensor> weights = new TreeMap<>();
    weights.put("codes", Tensor.ofBytes(DType.INT8, new byte[INPUTS * CLASSES], INPUTS, CLASSES));
    weights.put("scale", Tensor.scalar(0.1f));
    return write("odd.onnx", model(nodes, weights, type(INPUTS)), ExternalData.WHEN_NEEDED);
  }

  /** In float, with an operator that no runtime has behind the model's answer. */
  Path floatsWithUnknownOperator() {
    Model dense = dense(first, second);
    GraphEditor editor = new GraphEditor(dense.graph());
    for (Node node : editor.nodes())
      if (node.name().equals("second")) editor.replace(node, node.withOutputs(List.of("answer")));
    editor.add(Node.of("odd", "NobodyKnows", List.of("answer"), List.of("y")));
    return write("unknown.onnx", dense.withGraph(editor.toGraph()), ExternalData.WHEN_NEEDED);
  }

  /** One matrix {@code [8, 40]} of 16-bit floats, and a vector that is none. */
  Path checkpoint() throws IOException {
    String json =
        "{\"w\":{\"dtype\":\"F16\",\"shape\":[8,40],\"data_offsets\":[0,640]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[640,648]}}";
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 648).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    Random random = new Random(9);
    for (int i = 0; i < 320; i++)
      bytes.putShort(Float.floatToFloat16((float) random.nextGaussian()));
    return Files.write(folder.resolve("some.safetensors"), bytes.array());
  }

  Path samples() throws IOException {
    return npy("samples.npy", "<f4", "%d, %d".formatted(SAMPLES, INPUTS), bytes(samples));
  }

  /** What the model itself answers. */
  Path labels() throws IOException {
    return labels("labels.npy", SAMPLES);
  }

  Path labels(String name, int count) throws IOException {
    return labels(name, count, row -> answer(row % SAMPLES));
  }

  Path labels(String name, int count, IntUnaryOperator label) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < count; row++) buffer.putLong(label.applyAsInt(row));
    return npy(name, "<i8", count + ",", buffer.array());
  }

  private int answer(int row) {
    float[] scores = new float[CLASSES];
    for (int h = 0; h < HIDDEN; h++) {
      float sum = 0;
      for (int i = 0; i < INPUTS; i++) sum += samples[row * INPUTS + i] * first[i * HIDDEN + h];
      for (int c = 0; c < CLASSES; c++) scores[c] += Math.max(sum, 0) * second[h * CLASSES + c];
    }
    int best = 0;
    for (int c = 1; c < CLASSES; c++) if (scores[c] > scores[best]) best = c;
    return best;
  }

  private static Model dense(float[] first, float[] second) {
    List<Node> nodes =
        List.of(
            Node.of("first", "MatMul", List.of("x", "w1"), List.of("h")),
            Node.of("relu", "Relu", List.of("h"), List.of("r")),
            Node.of("second", "MatMul", List.of("r", "w2"), List.of("y")));
    Map<String, Tensor> weights = new TreeMap<>();
    weights.put("w1", Tensor.ofFloats(first, INPUTS, HIDDEN));
    weights.put("w2", Tensor.ofFloats(second, HIDDEN, CLASSES));
    return model(nodes, weights, type(INPUTS));
  }

  private static Model model(List<Node> nodes, Map<String, Tensor> weights, TensorType input) {
    Graph graph =
        new Graph(
            "test",
            nodes,
            weights,
            List.of(new ValueInfo("x", input)),
            List.of(new ValueInfo("y", type(CLASSES))),
            List.of(),
            Opaque.NONE);
    return new Model(8, new TreeMap<>(Map.of("", 17L)), graph, List.of(), Map.of(), Opaque.NONE);
  }

  private static TensorType type(long... rest) {
    List<Dimension> shape = new java.util.ArrayList<>();
    shape.add(new Dimension.Symbolic("N"));
    for (long size : rest) shape.add(new Dimension.Fixed(size));
    return new TensorType(DType.FLOAT32, shape);
  }

  private Path write(String name, Model model, ExternalData externalData) {
    Path file = folder.resolve(name);
    OnnxWriter.write(model, file, externalData);
    return file;
  }

  private static float[] gaussian(long seed, int count, float deviation) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) values[i] = (float) random.nextGaussian() * deviation;
    return values;
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  /**
   * A file in NumPy's format 1.0: magic, version, header length, header padded to 64 bytes, data.
   */
  private Path npy(String name, String type, String shape, byte[] data) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, shape);
    int length = Math.ceilDiv(10 + header.length() + 1, 64) * 64 - 10;
    ByteBuffer buffer =
        ByteBuffer.allocate(10 + length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) length);
    buffer
        .put(
            (header + " ".repeat(length - header.length() - 1) + "\n")
                .getBytes(StandardCharsets.US_ASCII))
        .put(data);
    return Files.write(folder.resolve(name), buffer.array());
  }
}
