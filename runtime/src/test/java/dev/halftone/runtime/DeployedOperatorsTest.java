package dev.halftone.runtime;

import static dev.halftone.runtime.Models.model;
import static dev.halftone.runtime.Models.node;
import static dev.halftone.runtime.Models.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.graph.Model;
import dev.halftone.onnx.OnnxWriter;
import dev.halftone.tensor.DType;
import dev.halftone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployedOperatorsTest {
  @TempDir Path folder;

  @Test
  void showsFusedOperators() {
    Tensor weight = Tensor.ofFloats(new float[1024 * 16], 1024, 16);
    Model gemmRelu =
        model(
            List.of(value("x", DType.FLOAT32, 1, 1024)),
            List.of(value("y", DType.FLOAT32, 1, 16)),
            Map.of("w", weight),
            node("Gemm", List.of("x", "w"), List.of("product")),
            node("Relu", List.of("product"), List.of("y")));
    Path file = folder.resolve("model.onnx");
    OnnxWriter.write(gemmRelu, file, OnnxWriter.ExternalData.WHEN_NEEDED);
    assertThat(DeployedOperators.of(file, RunOptions.deployed()))
        .extracting(Operator::domain, Operator::opType)
        .containsExactly(tuple("com.microsoft", "FusedGemm"));
    assertThat(DeployedOperators.of(file, RunOptions.asWritten()))
        .extracting(Operator::opType)
        .containsExactly("Gemm", "Relu");
  }

  /** ONNX Runtime puts inner branches into outer ones, and some of their weights twice. */
  @Test
  void bodiesAreNotLookedAt() {
    Path file =
        Path.of(
            System.getProperty("halftone.shared", "../../shared"), "data/speech/silero_vad.onnx");
    assumeTrue(Files.exists(file), file + ": not beside the project");
    assertThat(DeployedOperators.of(file, RunOptions.deployed().unpacked()))
        .extracting(Operator::opType)
        .contains("If");
  }
}
