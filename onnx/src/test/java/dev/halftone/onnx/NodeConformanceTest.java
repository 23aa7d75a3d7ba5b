package dev.halftone.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.halftone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * ONNX's own node tests of the quantization operators and of casts between their types, through
 * Halftone's kernels, byte for byte.
 */
class NodeConformanceTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("halftone.shared", "../../shared"), "golden", "onnx");

  /** Which case is not covered, and why. */
  private static final Map<String, String> OUT_OF_SCOPE = Map.of();

  private static final Map<String, Integer> PASSED =
      Map.of(
          "Cast", 116,
          "CastLike", 56,
          "QuantizeLinear", 13,
          "DequantizeLinear", 14,
          "DynamicQuantizeLinear", 6,
          "QLinearMatMul", 8,
          "QLinearConv", 1,
          "MatMulInteger", 1,
          "ConvInteger", 2);

  private static List<NodeCase> cases() throws IOException {
    assumeTrue(Files.isDirectory(FOLDER), "no ONNX node tests at " + FOLDER);
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders
          .filter(folder -> folder.getFileName().toString().startsWith("test_"))
          .sorted()
          .map(NodeCase::read)
          .toList();
    }
  }

  @Test
  void kernelsGiveTheBytesOfOnnx() throws IOException {
    Map<String, Integer> passed = new TreeMap<>();
    List<String> left = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (NodeCase test : cases()) {
      List<Tensor> found = NodeKernels.outputs(test);
      if (found == null) left.add(test.name());
      else if (same(found, test.outputs())) passed.merge(test.operator(), 1, Integer::sum);
      else failed.add(test.name() + ": " + found + " for " + test.outputs());
    }
    assertThat(failed).isEmpty();
    assertThat(left).containsExactlyInAnyOrderElementsOf(OUT_OF_SCOPE.keySet());
    assertThat(passed).isEqualTo(PASSED);
  }

  private static boolean same(List<Tensor> found, List<Tensor> expected) {
    if (found.size() != expected.size() || expected.isEmpty()) return false;
    for (int i = 0; i < found.size(); i++) {
      if (!found.get(i).sameAs(expected.get(i))) return false;
    }
    return true;
  }
}
