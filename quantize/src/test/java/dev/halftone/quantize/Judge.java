package dev.halftone.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.halftone.graph.Model;
import dev.halftone.graph.UnsupportedModelException;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.onnx.OnnxWriter.ExternalData;
import dev.halftone.recipe.Calibration;
import dev.halftone.recipe.Granularity;
import dev.halftone.recipe.Mode;
import dev.halftone.recipe.Recipe;
import dev.halftone.runtime.DeployedOperators;
import dev.halftone.runtime.Operator;
import dev.halftone.runtime.RunOptions;
import dev.halftone.runtime.RunnableModel;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** ONNX Runtime as the judge of quantized graphs. */
public final class Judge {
  private Judge() {}

  public static Recipe recipe(Mode mode, DType weights, Granularity granularity) {
    return new Recipe(
        mode,
        weights,
        DType.UINT8,
        granularity,
        false,
        true,
        false,
        false,
        false,
        true,
        Calibration.MINMAX,
        List.of(),
        List.of(),
        false);
  }

  /**
   * The first output, the same on every kind of processor, unless weights are shared: ONNX Runtime
   * does not load those with exact sums, and processors without VNNI may saturate.
   */
  public static float[] run(Model model, Map<String, Tensor> inputs) {
    try (RunnableModel runnable = open(model)) {
      String output = model.graph().outputs().getFirst().name();
      return Objects.requireNonNull(runnable.run(inputs).get(output)).toFloats();
    }
  }

  private static RunnableModel open(Model model) {
    try {
      return RunnableModel.open(model, List.of(), RunOptions.deployed().exact());
    } catch (UnsupportedModelException e) {
      return RunnableModel.open(model, List.of(), RunOptions.deployed());
    }
  }

  /** Signal to noise of the first output, in dB. */
  public static double sqnr(Model reference, Model model, Map<String, Tensor> inputs) {
    float[] expected = run(reference, inputs);
    float[] found = run(model, inputs);
    assertThat(found).hasSameSizeAs(expected);
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < expected.length; i++) {
      signal += (double) expected[i] * expected[i];
      noise += Math.pow((double) expected[i] - found[i], 2);
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }

  /** Operator types of the graph that ONNX Runtime executes. */
  public static List<String> deployed(Model model) {
    try {
      Path folder = Files.createTempDirectory("halftone-test-");
      Path file = folder.resolve("model.onnx");
      try {
        OnnxWriter.write(model, file, ExternalData.WHEN_NEEDED);
        return DeployedOperators.of(file, RunOptions.deployed()).stream()
            .map(Operator::opType)
            .toList();
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<String> operators(Model model) {
    return model.graph().nodes().stream().map(node -> node.opType()).toList();
  }

  /** An initializer of the top graph. */
  public static Tensor constant(Model model, String name) {
    return Objects.requireNonNull(model.graph().initializers().get(name), name);
  }

  /** Bytes of all constants of the top graph. */
  public static long constantBytes(Model model) {
    return model.graph().initializers().values().stream().mapToLong(Tensor::byteSize).sum();
  }
}
