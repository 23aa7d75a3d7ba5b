package dev.halftone.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.halftone.graph.Model;
import dev.halftone.graph.Node;
import dev.halftone.onnx.OnnxReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What ONNX Runtime makes of a model before it runs it. */
public final class DeployedOperators {
  private DeployedOperators() {}

  /**
   * The nodes of the top graph after ONNX Runtime's own optimizations on this machine: whether a
   * quantized operator was fused shows here. The optimized model is written to a temporary folder,
   * which is gone afterwards.
   *
   * @throws dev.halftone.graph.UnsupportedModelException if ONNX Runtime refuses the model
   * @throws UncheckedIOException if the file is missing, or the temporary folder cannot be written
   */
  public static List<Operator> of(Path model, RunOptions options) {
    Sessions.requireReadable(model);
    try {
      Path folder = Files.createTempDirectory("halftone-deployed-");
      try {
        return operators(OnnxReader.readWithoutBodies(optimize(model, options, folder)));
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path optimize(Path model, RunOptions options, Path folder) {
    Path optimized = folder.resolve("optimized.onnx");
    try (SessionOptions settings = Sessions.configure(options.unpacked())) {
      settings.setOptimizedModelFilePath(optimized.toString());
      // Beside the model, weights may pass the 2 GB that one protobuf message can hold.
      settings.addConfigEntry("session.optimized_model_external_initializers_file_name", "weights");
      settings.addConfigEntry(
          "session.optimized_model_external_initializers_min_size_in_bytes", "1024");
      Environment.get().createSession(model.toString(), settings).close();
    } catch (OrtException e) {
      throw Refusal.of(model, e);
    }
    return optimized;
  }

  private static List<Operator> operators(Model model) {
    Set<String> constants = new HashSet<>(model.graph().initializers().keySet());
    constants.add("");
    List<Operator> operators = new ArrayList<>();
    for (Node node : model.graph().nodes()) {
      boolean constant = node.bodies().isEmpty() && constants.containsAll(node.inputs());
      if (constant) constants.addAll(node.outputs());
      operators.add(
          new Operator(node.name(), node.domain(), node.opType(), constant, node.outputs()));
    }
    return operators;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) Files.delete(file);
    }
    Files.delete(folder);
  }
}
