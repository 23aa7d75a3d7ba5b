package dev.halftone.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import dev.halftone.graph.Dimension;
import dev.halftone.graph.TensorType;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.graph.ValueInfo;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a model takes and gives, as ONNX Runtime declares it. */
record Signature(Object model, List<ValueInfo> inputs, List<ValueInfo> outputs) {
  Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  static List<ValueInfo> values(Collection<NodeInfo> nodes) {
    return nodes.stream().map(node -> new ValueInfo(node.getName(), type(node))).toList();
  }

  private static @Nullable TensorType type(NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info)) return null;
    DType dtype = ElementTypes.of(info);
    return dtype == null ? null : new TensorType(dtype, shape(info));
  }

  /** ONNX Runtime shows a scalar and a value of unknown rank alike, as one of no axes. */
  private static @Nullable List<Dimension> shape(TensorInfo info) {
    long[] sizes = info.getShape();
    if (sizes.length == 0) return null;
    String[] names = info.getDimensionNames();
    List<Dimension> shape = new ArrayList<>();
    for (int axis = 0; axis < sizes.length; axis++) {
      String name = axis < names.length ? names[axis] : "";
      shape.add(
          sizes[axis] >= 0
              ? new Dimension.Fixed(sizes[axis])
              : name.isEmpty() ? new Dimension.Unknown() : new Dimension.Symbolic(name));
    }
    return shape;
  }

  /** Whether the output is a tensor whose elements can be read. */
  static boolean readable(ValueInfo output) {
    return output.type() != null && ElementTypes.readable(output.type().dtype());
  }

  /**
   * Refuses a sample that is not what the model takes, before ONNX Runtime does so in its own
   * words.
   */
  void check(Map<String, Tensor> sample) {
    for (ValueInfo input : inputs) {
      Tensor tensor = sample.get(input.name());
      if (tensor == null) {
        throw refused("input \"%s\" is missing, found %s".formatted(input.name(), sample.keySet()));
      }
      if (input.type() != null && !fits(input.type(), tensor)) {
        throw refused(
            "input \"%s\" is %s, expected %s".formatted(input.name(), tensor, input.type()));
      }
    }
    if (sample.size() > inputs.size()) {
      List<String> known = inputs.stream().map(ValueInfo::name).toList();
      String unknown =
          sample.keySet().stream()
              .filter(name -> !known.contains(name))
              .sorted()
              .findFirst()
              .orElse("");
      throw refused("the model has no input \"%s\", it has %s".formatted(unknown, known));
    }
  }

  private static boolean fits(TensorType type, Tensor tensor) {
    if (type.dtype() != tensor.dtype()) return false;
    List<Dimension> shape = type.shape();
    if (shape == null) return true;
    if (shape.size() != tensor.rank()) return false;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (shape.get(axis) instanceof Dimension.Fixed(long size) && size != tensor.dimension(axis))
        return false;
    }
    return true;
  }

  /** The outputs in the model's order for which {@code wanted} asks and which can be read. */
  List<String> select(Collection<String> wanted) {
    List<String> known = outputs.stream().map(ValueInfo::name).toList();
    for (String name : wanted) {
      if (!known.contains(name))
        throw refused("the model has no output \"%s\", it has %s".formatted(name, known));
    }
    return outputs.stream()
        .filter(Signature::readable)
        .map(ValueInfo::name)
        .filter(wanted::contains)
        .toList();
  }

  private UnsupportedModelException refused(String problem) {
    return new UnsupportedModelException(model, problem);
  }
}
