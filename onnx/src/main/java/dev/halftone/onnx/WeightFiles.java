package dev.halftone.onnx;

import dev.halftone.onnx.wire.AttributeProto;
import dev.halftone.onnx.wire.GraphProto;
import dev.halftone.onnx.wire.ModelProto;
import dev.halftone.onnx.wire.NodeProto;
import dev.halftone.onnx.wire.TensorProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The files beside a model that hold its weights. */
public final class WeightFiles {
  private final ExternalFiles files;
  private final Set<Path> found = new TreeSet<>();

  private WeightFiles(Path model) {
    this.files = new ExternalFiles(model);
  }

  /**
   * The external data files that the model refers to, each once, sorted; empty when all weights are
   * inside.
   *
   * @throws dev.halftone.graph.MalformedModelException if the file is not a sound ONNX model, or a
   *     location leaves its folder
   * @throws UncheckedIOException if a file cannot be read
   */
  public static List<Path> of(Path model) {
    WeightFiles collector = new WeightFiles(model);
    ModelProto proto =
        OnnxReader.parse(
            model, Skeleton.ofModel(model, OnnxReader.map(model)), ModelProto.parser());
    collector.visit(proto.getGraph());
    proto.getFunctionsList().forEach(function -> collector.visit(function.getNodeList()));
    return List.copyOf(collector.found);
  }

  /**
   * Bytes of the model file and of the files that hold its weights.
   *
   * @throws dev.halftone.graph.MalformedModelException as {@link #of}
   * @throws UncheckedIOException as {@link #of}
   */
  public static long totalBytes(Path model) {
    try {
      long total = Files.size(model);
      for (Path file : of(model)) total = Math.addExact(total, Files.size(file));
      return total;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether writing a file would change a model: the file is there, and is the model's own or one
   * that holds its weights.
   *
   * @throws dev.halftone.graph.MalformedModelException as {@link #of}
   * @throws UncheckedIOException as {@link #of}
   */
  public static boolean belongs(Path model, Path file) {
    try {
      if (!Files.exists(file)) return false;
      if (Files.isSameFile(model, file)) return true;
      for (Path weights : of(model)) if (Files.isSameFile(weights, file)) return true;
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void visit(GraphProto graph) {
    graph.getInitializerList().forEach(this::visit);
    visit(graph.getNodeList());
  }

  private void visit(List<NodeProto> nodes) {
    for (NodeProto node : nodes) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasT()) visit(attribute.getT());
        attribute.getTensorsList().forEach(this::visit);
        if (attribute.hasG()) visit(attribute.getG());
        attribute.getGraphsList().forEach(this::visit);
      }
    }
  }

  private void visit(TensorProto tensor) {
    if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) return;
    found.add(files.locate(tensor, "initializer \"%s\"".formatted(tensor.getName())));
  }
}
