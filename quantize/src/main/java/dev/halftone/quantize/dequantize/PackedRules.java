package dev.halftone.quantize.dequantize;

import dev.halftone.graph.Attribute;
import dev.halftone.graph.Node;
import dev.halftone.graph.Opaque;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What ONNX Runtime's own operators with quantized weights stand for in float. */
final class PackedRules {
  private final FloatGraph graph;

  PackedRules(FloatGraph graph) {
    this.graph = graph;
  }

  boolean product(Node original, Node node) {
    Tensor packed = graph.constant(original.input(1));
    Tensor scale = graph.constant(original.input(2));
    Tensor zero = original.input(3).isEmpty() ? null : graph.constant(original.input(3));
    boolean known =
        packed != null && scale != null && (zero != null || original.input(3).isEmpty());
    if (!known || packed == null || scale == null || (zero != null && zero.dtype() != DType.UINT8))
      return false;
    if (!original.input(4).isEmpty() || !original.input(5).isEmpty()) return false;
    Tensor weight =
        Decoding.decodePacked(
            original,
            packed,
            scale,
            zero,
            (int) original.integer("bits", 4),
            original.integer("block_size", 32),
            original.integer("K", 0),
            original.integer("N", 0));
    String name = graph.addConstant(original.input(1) + "_float", weight);
    graph.add(Node.of(original.name(), "MatMul", List.of(node.input(0), name), original.outputs()));
    return true;
  }

  boolean table(Node original, Node node) {
    int axis = (int) original.integer("quantize_axis", 1);
    long block = original.integer("block_size", 128);
    Tensor codes = graph.constant(original.input(0));
    boolean bytes = codes != null && codes.dtype() == DType.UINT8;
    Tensor decoded = bytes ? null : graph.decoded(original, 0, 2, 3, axis, block);
    if (decoded == null) return false;
    String name = graph.addConstant(original.input(0) + "_float", decoded);
    Map<String, Attribute> attributes =
        Map.of("axis", new Attribute.OfInt(original.integer("gather_axis", 0)));
    List<String> inputs = List.of(name, node.input(1));
    graph.add(
        new Node(
            original.name(), "", "Gather", inputs, original.outputs(), attributes, Opaque.NONE));
    return true;
  }

  boolean lstm(Node original, Node node) {
    String input = lstmWeight(original, 1, 8);
    String recurrence = input == null ? null : lstmWeight(original, 2, 10);
    if (input == null || recurrence == null) return false;
    List<String> inputs =
        new ArrayList<>(node.inputs().subList(0, Math.min(8, node.inputs().size())));
    inputs.set(1, input);
    inputs.set(2, recurrence);
    graph.add(
        new Node(
            original.name(),
            "",
            "LSTM",
            inputs,
            original.outputs(),
            original.attributes(),
            Opaque.NONE));
    return true;
  }

  /**
   * Codes {@code [directions, inputs, 4 hidden]} decoded and turned to {@code [directions, 4
   * hidden, inputs]}.
   */
  private @Nullable String lstmWeight(Node node, int codes, int scale) {
    Tensor integers = graph.constant(node.input(codes));
    Tensor scales = graph.constant(node.input(scale));
    Tensor zeros = graph.constant(node.input(scale + 1));
    if (integers == null || scales == null || zeros == null) return null;
    if (integers.rank() != 3)
      throw new UnsupportedModelException(node, "weight " + integers + " has no 3 dimensions");
    int directions = Math.toIntExact(integers.dimension(0));
    int length = Math.toIntExact(integers.dimension(1));
    int width = Math.toIntExact(integers.dimension(2));
    float[] values = new float[Math.toIntExact(integers.count())];
    boolean perChannel = scales.count() > directions;
    long expected = perChannel ? (long) directions * width : directions;
    if (scales.count() != expected || zeros.count() != expected) {
      throw new UnsupportedModelException(
          node, "%s scales and %s zero points for %s".formatted(scales, zeros, integers));
    }
    for (int i = 0; i < values.length; i++) {
      int direction = i / (length * width);
      int column = i % width;
      int entry = perChannel ? direction * width + column : direction;
      int row = i / width % length;
      values[(direction * width + column) * length + row] =
          (integers.longAt(i) - zeros.longAt(entry)) * scales.floatAt(entry);
    }
    return graph.addConstant(
        node.input(codes) + "_float", Tensor.ofFloats(values, directions, width, length));
  }
}
